resource "aws_iam_role" "pipeline" {
  name = "${var.application}-pipeline"
  assume_role_policy = jsonencode({
    Version = "2012-10-17"
    Statement = [{
      Effect    = "Allow"
      Principal = { Service = "codepipeline.amazonaws.com" }
      Action    = "sts:AssumeRole"
      Condition = { StringEquals = { "aws:SourceAccount" = data.aws_caller_identity.current.account_id } }
    }]
  })
}

resource "aws_iam_role_policy" "pipeline" {
  name = "pipeline"
  role = aws_iam_role.pipeline.id
  policy = jsonencode({
    Version = "2012-10-17"
    Statement = [
      {
        Sid      = "ReadTheSource"
        Effect   = "Allow"
        Action   = ["s3:GetObject", "s3:GetObjectVersion", "s3:GetObjectTagging", "s3:GetObjectVersionTagging"]
        Resource = "arn:aws:s3:::${var.revision_bucket}/${var.application}/*"
      },
      {
        Sid      = "SeeTheSourceBucket"
        Effect   = "Allow"
        Action   = ["s3:GetBucketVersioning", "s3:GetBucketAcl", "s3:GetBucketLocation", "s3:ListBucket"]
        Resource = "arn:aws:s3:::${var.revision_bucket}"
      },
      {
        Sid      = "KeepArtifacts"
        Effect   = "Allow"
        Action   = ["s3:GetObject", "s3:GetObjectVersion", "s3:PutObject"]
        Resource = "arn:aws:s3:::${var.artifact_bucket}/*"
      },
      {
        Sid      = "SeeTheArtifactBucket"
        Effect   = "Allow"
        Action   = ["s3:GetBucketVersioning", "s3:GetBucketLocation"]
        Resource = "arn:aws:s3:::${var.artifact_bucket}"
      },
      {
        Sid      = "InvokeTheFunction"
        Effect   = "Allow"
        Action   = "lambda:InvokeFunction"
        Resource = aws_lambda_function.blue_green.arn
      },
      {
        Sid      = "ListFunctions"
        Effect   = "Allow"
        Action   = "lambda:ListFunctions"
        Resource = "*" # no resource-level permissions
      },
    ]
  })
}

resource "aws_codepipeline" "application" {
  # checkov:skip=CKV_AWS_219:The bucket encrypts the artifacts; a key of your own needs permissions for the instances too
  name           = var.application
  role_arn       = aws_iam_role.pipeline.arn
  pipeline_type  = "V2"
  execution_mode = "QUEUED" # one after the other: the deployment group takes one deployment at a time

  artifact_store {
    type     = "S3"
    location = var.artifact_bucket
  }

  stage {
    name = "Source"

    action {
      name             = "Revision"
      category         = "Source"
      owner            = "AWS"
      provider         = "S3"
      version          = "1"
      output_artifacts = ["Revision"]
      configuration = {
        S3Bucket             = var.revision_bucket
        S3ObjectKey          = "${var.application}/${var.application}.zip"
        PollForSourceChanges = "false"
      }
    }
  }

  stage {
    name = "Deploy"

    action {
      name            = "BlueGreen"
      category        = "Invoke"
      owner           = "AWS"
      provider        = "Lambda"
      version         = "1"
      namespace       = "BlueGreen"
      run_order       = 1
      input_artifacts = ["Revision"]
      configuration = {
        FunctionName = aws_lambda_function.blue_green.function_name
        UserParameters = jsonencode({
          ACCOUNT_ID            = var.spot_account_id
          GROUP_ID              = spotinst_elastigroup_aws.production.id
          APP_NAME              = aws_codedeploy_app.application.name
          DEPLOYMENT_GROUP      = aws_codedeploy_deployment_group.production.deployment_group_name
          INPUT_ARTIFACT        = "Revision"
          TIMEOUT               = 1800
          PIPELINE_EXECUTION_ID = "#{codepipeline.PipelineExecutionId}"
        })
      }
    }

    action {
      name      = "Confirm"
      category  = "Approval"
      owner     = "AWS"
      provider  = "Manual"
      version   = "1"
      run_order = 2
      configuration = {
        CustomData = "#{BlueGreen.DeploymentId} deployed #{BlueGreen.Revision} in #{BlueGreen.DurationSeconds} s."
      }
    }
  }
}
