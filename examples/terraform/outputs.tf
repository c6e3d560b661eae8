output "function_name" {
  value = aws_lambda_function.blue_green.function_name
}

output "log_group_name" {
  value = aws_cloudwatch_log_group.function.name
}

output "failed_events_queue_url" {
  description = "Its messages contain secrets."
  value       = aws_sqs_queue.failed_events.id
}

output "elastigroup_id" {
  value = spotinst_elastigroup_aws.production.id
}

output "pipeline_name" {
  value = aws_codepipeline.application.name
}
