variable "name" {
  description = "Name of the function, and the beginning of what belongs to it."
  type        = string
  default     = "blue-green-stage"
}

variable "lambda_zip" {
  description = "lambda.zip of a release."
  type        = string
  default     = "lambda.zip"
}

variable "policy_json" {
  description = "policy.json of the same release."
  type        = string
  default     = "policy.json"
}

variable "spot_account_id" {
  description = "Spot account, act-…."
  type        = string
}

variable "spot_token_secret" {
  description = "Secrets Manager name of the Spot API token; it begins with spot/, which is what the policy allows."
  type        = string
  default     = "spot/api-token"
}

variable "failed_events_reader_arns" {
  description = "ARNs, or patterns of ARNs, of the roles and users that may read the events that failed: they hold secrets."
  type        = list(string)
}

variable "alarm_topic_arns" {
  description = "SNS topics that the alarms notify."
  type        = list(string)
  default     = []
}

variable "application" {
  description = "Name of the application, of its CodeDeploy application, and the beginning of what belongs to it."
  type        = string
  default     = "shop"
}

variable "image_id" {
  description = "Image of the instances. The user data must install the CodeDeploy agent, if the image has none."
  type        = string
}

variable "user_data" {
  type    = string
  default = null
}

variable "instance_types" {
  description = "The first one is for on-demand instances, all are for Spot Instances."
  type        = list(string)
  default     = ["m7g.large", "m6g.large", "c7g.large"]
}

variable "instance_profile_arn" {
  description = "Instance profile that may download the revision."
  type        = string
}

variable "subnet_ids" {
  type = list(string)
}

variable "security_group_ids" {
  type = list(string)
}

variable "target_group_name" {
  description = "Target group of the load balancer, to which CodeDeploy registers green."
  type        = string
}

variable "capacity" {
  description = "Instances of a fleet; during a deployment there are two fleets."
  type        = object({ min = number, target = number, max = number })
  default     = { min = 2, target = 2, max = 4 }
}

variable "revision_bucket" {
  description = "Versioned bucket of the revisions."
  type        = string
}

variable "artifact_bucket" {
  description = "The pipeline's own bucket."
  type        = string
}
