locals {
  function_dimensions = { FunctionName = aws_lambda_function.blue_green.function_name }

  alarms = {
    StageFailed = {
      namespace  = "BlueGreenStage"
      metric     = "DeploymentFailed"
      dimensions = { service = var.name }
      statistic  = "Sum"
      threshold  = 1
      reason     = "A deployment of a CodePipeline action failed. The failed action in the pipeline says why; so do the ERROR lines of the log."
    }
    FunctionErrors = {
      namespace  = "AWS/Lambda"
      metric     = "Errors"
      dimensions = local.function_dimensions
      statistic  = "Sum"
      threshold  = 1
      reason     = "The function crashed, ran out of time or could not answer CodePipeline. Lambda delivers the event twice more; the log says what happened."
    }
    EventsDropped = {
      namespace  = "AWS/Lambda"
      metric     = "AsyncEventsDropped"
      dimensions = local.function_dimensions
      statistic  = "Sum"
      threshold  = 1
      reason     = "Lambda dropped an event, so that its CodePipeline job gets no result: the action fails 20 minutes after its last answer. The event is in the queue of failed events."
    }
    Throttles = {
      namespace  = "AWS/Lambda"
      metric     = "Throttles"
      dimensions = local.function_dimensions
      statistic  = "Sum"
      threshold  = 1
      reason     = "Lambda had no concurrency left for the function. The event waits in Lambda's queue, and is dropped after 15 minutes. Raise ReservedConcurrency or the account's quota."
    }
    EventAge = {
      namespace  = "AWS/Lambda"
      metric     = "AsyncEventAge"
      dimensions = local.function_dimensions
      statistic  = "Maximum"
      threshold  = 180000
      reason     = "An event waited in Lambda's queue for three minutes or more before the function got it. After 15 minutes Lambda drops it, and the action fails."
    }
  }
}

resource "aws_cloudwatch_metric_alarm" "function" {
  for_each = local.alarms

  alarm_name          = "${var.name}-${each.key}"
  alarm_description   = each.value.reason
  namespace           = each.value.namespace
  metric_name         = each.value.metric
  dimensions          = each.value.dimensions
  statistic           = each.value.statistic
  period              = 60
  evaluation_periods  = 1
  threshold           = each.value.threshold
  comparison_operator = "GreaterThanOrEqualToThreshold"
  treat_missing_data  = "notBreaching"
  alarm_actions       = var.alarm_topic_arns
}
