# What template.yaml sets up, without the dashboard: `npm run test:terraform` compares the two.

data "aws_caller_identity" "current" {}

data "aws_region" "current" {}

resource "aws_lambda_function" "blue_green" {
  # checkov:skip=CKV_AWS_50:The log has every step of a deployment; tracing would need a permission
  # checkov:skip=CKV_AWS_115:The account's concurrency is shared; reserved_concurrent_executions may keep some
  # checkov:skip=CKV_AWS_116:The destination failed_events has the events that failed, with the reason
  # checkov:skip=CKV_AWS_117:It calls public APIs only and is called by none; a VPC would add a NAT gateway
  # checkov:skip=CKV_AWS_173:No variable contains a secret, and Lambda encrypts them with a key of its own
  # checkov:skip=CKV_AWS_272:The zip has an attestation of its provenance, which is checked before it is used
  function_name    = var.name
  description      = "Runs blue/green deployments on Spot Elastigroup from CodePipeline"
  filename         = var.lambda_zip
  source_code_hash = filebase64sha256(var.lambda_zip)
  handler          = "handler.handler"
  runtime          = "nodejs24.x"
  architectures    = ["arm64"]
  timeout          = 900
  memory_size      = 256
  role             = aws_iam_role.function.arn

  logging_config {
    log_format            = "JSON"
    application_log_level = "INFO"
    log_group             = aws_cloudwatch_log_group.function.name
  }

  environment {
    variables = {
      RELEASE_VERSION              = "0.2.0"
      SPOT_API_URL                 = "https://api.spotinst.io"
      SPOT_TOKEN_SECRET            = var.spot_token_secret
      POLL_INTERVAL_SECONDS        = "5"
      POLL_WINDOW_SECONDS          = "240"
      CLEANUP_TIMEOUT_SECONDS      = "900"
      ALLOW_UNKNOWN_JOB            = "false"
      CHECK_REVISION               = "true"
      POWERTOOLS_LOG_LEVEL         = "INFO"
      POWERTOOLS_SERVICE_NAME      = var.name
      POWERTOOLS_METRICS_NAMESPACE = "BlueGreenStage"
    }
  }

  depends_on = [aws_iam_role_policy.function]
}

resource "aws_lambda_function_event_invoke_config" "blue_green" {
  function_name                = aws_lambda_function.blue_green.function_name
  maximum_retry_attempts       = 2
  maximum_event_age_in_seconds = 900

  destination_config {
    on_failure {
      destination = aws_sqs_queue.failed_events.arn
    }
  }
}

resource "aws_cloudwatch_log_group" "function" {
  # checkov:skip=CKV_AWS_158:It holds no secret, and CloudWatch encrypts it with a key of its own
  # checkov:skip=CKV_AWS_338:It is read when a deployment failed; the results stay in CodePipeline
  name              = "/aws/lambda/${var.name}"
  retention_in_days = 30
}

resource "aws_iam_role" "function" {
  name        = var.name
  description = "Role of the function that runs blue/green deployments on Spot Elastigroup from CodePipeline"
  assume_role_policy = jsonencode({
    Version = "2012-10-17"
    Statement = [{
      Effect    = "Allow"
      Principal = { Service = "lambda.amazonaws.com" }
      Action    = "sts:AssumeRole"
    }]
  })
}

# policy.json leaves words to replace; blue-green-stage is the name of the function in it.
resource "aws_iam_role_policy" "function" {
  name = "blue-green-stage"
  role = aws_iam_role.function.id
  policy = replace(replace(replace(replace(replace(file(var.policy_json),
    "REGION", data.aws_region.current.region),
    "ACCOUNT_ID", data.aws_caller_identity.current.account_id),
    "CODE_DEPLOY_APPLICATION", aws_codedeploy_app.application.name),
    "CODE_DEPLOY_DEPLOYMENT_GROUP", aws_codedeploy_deployment_group.production.deployment_group_name),
  "blue-green-stage", var.name)
}

# For CHECK_REVISION. The revision is the pipeline's artifact, so it is in the artifact bucket.
resource "aws_iam_role_policy" "revision" {
  name = "revision"
  role = aws_iam_role.function.id
  policy = jsonencode({
    Version = "2012-10-17"
    Statement = [
      {
        Sid      = "CheckTheRevision"
        Effect   = "Allow"
        Action   = ["s3:GetObject", "s3:GetObjectVersion"]
        Resource = ["arn:aws:s3:::${var.artifact_bucket}/*"]
      },
      {
        Sid      = "TellMissingFromForbidden"
        Effect   = "Allow"
        Action   = "s3:ListBucket"
        Resource = ["arn:aws:s3:::${var.artifact_bucket}"]
      },
    ]
  })
}

# Events that Lambda gave up on. They hold the pipeline's temporary credentials.
resource "aws_sqs_queue" "failed_events" {
  name                      = "${var.name}-failed-events"
  sqs_managed_sse_enabled   = true
  message_retention_seconds = 86400
}

resource "aws_sqs_queue_policy" "failed_events" {
  queue_url = aws_sqs_queue.failed_events.id
  policy = jsonencode({
    Version = "2012-10-17"
    Statement = [
      {
        Sid       = "OnlyEncrypted"
        Effect    = "Deny"
        Principal = "*"
        Action    = "sqs:*"
        Resource  = aws_sqs_queue.failed_events.arn
        Condition = { Bool = { "aws:SecureTransport" = "false" } }
      },
      {
        Sid       = "OnlyAdministratorsRead"
        Effect    = "Deny"
        Principal = "*"
        Action    = "sqs:ReceiveMessage"
        Resource  = aws_sqs_queue.failed_events.arn
        Condition = {
          ArnNotEquals = { "aws:PrincipalArn" = "arn:aws:iam::${data.aws_caller_identity.current.account_id}:root" }
          ArnNotLike   = { "aws:PrincipalArn" = var.failed_events_reader_arns }
        }
      },
    ]
  })
}
