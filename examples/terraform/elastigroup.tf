locals {
  deployment_group = "${var.application}-production"
  # The tag of the first blue fleet. Every deployment gives green a value of its own.
  first_fleet = "${var.application}-production-first"
}

resource "aws_codedeploy_app" "application" {
  name             = var.application
  compute_platform = "Server"
}

resource "aws_iam_role" "codedeploy" {
  name = "${var.application}-codedeploy"
  assume_role_policy = jsonencode({
    Version = "2012-10-17"
    Statement = [{
      Effect    = "Allow"
      Principal = { Service = "codedeploy.amazonaws.com" }
      Action    = "sts:AssumeRole"
    }]
  })
}

resource "aws_iam_role_policy_attachment" "codedeploy" {
  role       = aws_iam_role.codedeploy.name
  policy_arn = "arn:aws:iam::aws:policy/service-role/AWSCodeDeployRole"
}

resource "aws_codedeploy_deployment_group" "production" {
  app_name               = aws_codedeploy_app.application.name
  deployment_group_name  = local.deployment_group
  service_role_arn       = aws_iam_role.codedeploy.arn
  deployment_config_name = "CodeDeployDefault.AllAtOnce"

  deployment_style {
    deployment_type   = "BLUE_GREEN"
    deployment_option = "WITH_TRAFFIC_CONTROL"
  }

  blue_green_deployment_config {
    deployment_ready_option {
      action_on_timeout = "CONTINUE_DEPLOYMENT"
    }
    green_fleet_provisioning_option {
      action = "DISCOVER_EXISTING"
    }
    # Elastigroup launched blue, and Elastigroup removes it.
    terminate_blue_instances_on_deployment_success {
      action = "KEEP_ALIVE"
    }
  }

  load_balancer_info {
    target_group_info {
      name = var.target_group_name
    }
  }

  ec2_tag_filter {
    key   = "GreenIdentifier"
    value = local.first_fleet
    type  = "KEY_AND_VALUE"
  }

  lifecycle {
    # After a deployment the group may name the instances of the new fleet; to set it back would name none.
    ignore_changes = [ec2_tag_filter]
  }

  depends_on = [aws_iam_role_policy_attachment.codedeploy]
}

resource "spotinst_elastigroup_aws" "production" {
  name    = "${var.application}-production"
  product = "Linux/UNIX"

  subnet_ids           = var.subnet_ids
  security_groups      = var.security_group_ids
  image_id             = var.image_id
  iam_instance_profile = var.instance_profile_arn
  user_data            = var.user_data

  min_size         = var.capacity.min
  desired_capacity = var.capacity.target
  max_size         = var.capacity.max
  capacity_unit    = "instance"

  instance_types_ondemand = var.instance_types[0]
  instance_types_spot     = var.instance_types
  orientation             = "availabilityOriented"
  fallback_to_ondemand    = true

  # Of the instance only: a check of the application fails until the revision is installed.
  health_check_type = "EC2"

  metadata_options {
    http_tokens = "required"
  }

  tags {
    key   = "Name"
    value = "${var.application}-production"
  }
  tags {
    key   = "GreenIdentifier"
    value = local.first_fleet
  }

  # Start with both false: what a failure leaves can be looked at.
  integration_codedeploy {
    cleanup_on_failure            = false
    terminate_instance_on_failure = false

    deployment_groups {
      application_name      = aws_codedeploy_app.application.name
      deployment_group_name = aws_codedeploy_deployment_group.production.deployment_group_name
    }
  }

  lifecycle {
    # Scaling changes it.
    ignore_changes = [desired_capacity]
  }
}
