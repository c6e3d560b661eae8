# Leave this file out where the folder is a module: whoever uses it configures the providers.

# The token comes from the variable SPOTINST_TOKEN of the environment; the function has its own, in Secrets Manager.
provider "spotinst" {
  account = var.spot_account_id
}
