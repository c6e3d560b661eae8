terraform {
  required_version = ">= 1.5"

  required_providers {
    aws = {
      source  = "hashicorp/aws"
      version = "~> 6.0"
    }
    spotinst = {
      source  = "spotinst/spotinst"
      version = "~> 1.231"
    }
  }
}

# The token comes from the variable SPOTINST_TOKEN of the environment; the function has its own, in Secrets Manager.
provider "spotinst" {
  account = var.spot_account_id
}

data "aws_caller_identity" "current" {}

data "aws_region" "current" {}
