"""Spot's Python SDK and boto3 play deployments at the simulator.

WORLD in the environment is a JSON object with its address and its names. Prints a line of JSON for each check: its name,
and what went wrong.
"""

import json
import os
import time
import traceback

import boto3
from botocore.config import Config
from botocore.exceptions import ClientError, WaiterError
from spotinst_sdk2 import SpotinstSession
from spotinst_sdk2.client import SpotinstClientException
from spotinst_sdk2.models.elastigroup.aws.deployment import BlueGreenDeployment, DeploymentGroup, Tag

WORLD = json.loads(os.environ["WORLD"])
GROUP = WORLD["groupId"]
APPLICATION = WORLD["applicationName"]
DEPLOYMENT_GROUP = WORLD["deploymentGroupName"]
IN_GROUP = {"applicationName": APPLICATION, "deploymentGroupName": DEPLOYMENT_GROUP}
EXECUTION = {"pipelineName": WORLD["pipelineName"], "pipelineExecutionId": WORLD["executionId"]}


def elastigroup(token=WORLD["spotToken"]):
    # The SDK's session takes the address of the API.
    session = SpotinstSession(base_url=WORLD["url"], auth_token=token, account_id=WORLD["spotAccountId"])
    return session.client("elastigroup_aws", print_output=False, timeout=10)


def aws(service):
    return boto3.client(
        service,
        endpoint_url=WORLD["url"],
        region_name=WORLD["region"],
        aws_access_key_id="AKIAFAKESIMULATOR000",
        aws_secret_access_key="fake",
        # A bucket.127.0.0.1 does not exist.
        config=Config(retries={"total_max_attempts": 1}, s3={"addressing_style": "path"}),
    )


spot = elastigroup()
codedeploy, codepipeline, ec2 = aws("codedeploy"), aws("codepipeline"), aws("ec2")
s3, secrets = aws("s3"), aws("secretsmanager")


def check(name):
    """Runs a check at once, in the order of the file, and gives its function's result as the name's value."""

    def run(function):
        error = None
        result = None
        try:
            result = function()
        except Exception:
            error = traceback.format_exc(limit=-2)
        print(json.dumps({"name": name, "error": error}), flush=True)
        return result

    return run


def equal(actual, expected):
    assert actual == expected, f"{actual!r} instead of {expected!r}"


def refused(expected, call, *arguments, **parameters):
    """The call is refused with that exception, a class that the client makes from the service model, or that code."""
    try:
        answer = call(*arguments, **parameters)
    except ClientError as error:
        code = error.response["Error"]["Code"]
        equal(code, expected if isinstance(expected, str) else expected.__name__)
        assert isinstance(expected, str) or isinstance(error, expected), type(error)
        return error
    raise AssertionError(f"not refused, but answered {answer!r}")


def refused_by_spot(code, call, *arguments):
    try:
        answer = call(*arguments)
    except SpotinstClientException as error:
        # The SDK's message is the answer's `response` in JSON, behind a line of its own.
        equal(json.loads(error.message.split("\n", 1)[1])["errors"][0]["code"], code)
        return
    raise AssertionError(f"not refused, but answered {answer!r}")


def follow(read, wanted, seconds=30):
    """Reads until the value is the wanted one. Gives all values on the way."""
    until = time.monotonic() + seconds
    seen = [read()]
    while seen[-1] != wanted:
        assert time.monotonic() < until, f"after {seconds} s no {wanted}: {' > '.join(seen)}"
        time.sleep(0.05)
        now = read()
        if now != seen[-1]:
            seen.append(now)
    return seen


def start(value):
    groups = [DeploymentGroup(APPLICATION, DEPLOYMENT_GROUP)]
    deployment = BlueGreenDeployment(timeout=20, tags=[Tag(WORLD["tagKey"], value)], deployment_groups=groups)
    return spot.create_blue_green_deployment(GROUP, deployment)


def state():
    return spot.get_blue_green_deployment(GROUP)["state"]


def create(value):
    return codedeploy.create_deployment(
        **IN_GROUP,
        revision={"revisionType": "S3", "s3Location": {"bucket": "releases", "key": "app.zip", "bundleType": "zip"}},
        targetInstances={"tagFilters": [{"Key": WORLD["tagKey"], "Value": value, "Type": "KEY_AND_VALUE"}]},
    )["deploymentId"]


def successful(deployment):
    waiter = codedeploy.get_waiter("deployment_successful")
    waiter.wait(deploymentId=deployment, WaiterConfig={"Delay": 1, "MaxAttempts": 60})


# --- Spot's SDK


@check("spotinst-sdk2 reads the group: capacity, tags, CodeDeploy integration")
def _():
    group = spot.get_elastigroup(GROUP)
    equal(group["id"], GROUP)
    equal(group["capacity"]["target"], 4)
    assert WORLD["tagKey"] in [tag["tag_key"] for tag in group["compute"]["launch_specification"]["tags"]]
    equal(
        group["third_parties_integration"]["code_deploy"]["deployment_groups"],
        [{"application_name": APPLICATION, "deployment_group_name": DEPLOYMENT_GROUP}],
    )


@check("spotinst-sdk2 lists the active instances")
def blue():
    instances = [instance["instance_id"] for instance in spot.get_elastigroup_active_instances(GROUP)]
    equal(len(instances), 4)
    return instances


@check("spotinst-sdk2 starts a blue/green deployment")
def first():
    item = start("by-sdk-1")
    assert item["id"].startswith("cdbg-"), item
    equal(item["config"]["tags"], [{"tag_key": WORLD["tagKey"], "tag_value": "by-sdk-1"}])
    equal(item["config"]["deployment_groups"][0]["deployment_group_name"], DEPLOYMENT_GROUP)
    return item


@check("spotinst-sdk2 is refused a second one meanwhile")
def _():
    refused_by_spot("BLUE_GREEN_DEPLOYMENT_IN_PROGRESS", start, "by-sdk-2")


@check("spotinst-sdk2 reads the states until CodeDeploy may begin")
def _():
    states = follow(state, "AWAITING_USER_DEPLOYMENT")
    assert {"LAUNCHING_NEW_INSTANCES", "AWAITING_INSTANCES_LAUNCH"} & set(states), states
    equal(spot.get_blue_green_deployment(GROUP)["id"], first["id"])
    equal(len(spot.get_elastigroup_active_instances(GROUP)), 8)


@check("spotinst-sdk2 stops it, and reads that it is stopped")
def _():
    equal(spot.stop_blue_green_deployment(GROUP, first["id"])["status"]["code"], 200)
    follow(state, "FINISHED_STOPPED")
    equal(sorted(i["instance_id"] for i in spot.get_elastigroup_active_instances(GROUP)), sorted(blue))


@check("spotinst-sdk2 reads the group's log")
def _():
    day = 86_400_000
    now = round(time.time() * 1000)
    entries = spot.get_elastilog(GROUP, from_date=now - day, to_date=now + day, limit=1000)
    assert entries and all({"message", "severity", "created_at"} <= set(entry) for entry in entries), entries


@check("spotinst-sdk2 is told of a wrong token, a wrong group and a wrong deployment")
def _():
    refused_by_spot("UNAUTHORIZED", elastigroup(token="wrong").get_elastigroup, GROUP)
    refused_by_spot("GROUP_DOESNT_EXIST", spot.get_elastigroup, "sig-00000000")
    try:
        spot.stop_blue_green_deployment(GROUP, "cdbg-00000000")
    except SpotinstClientException:
        return
    raise AssertionError("a deployment that does not exist was stopped")


# --- boto3: what is read before a deployment


@check("boto3 secretsmanager: a secret by name and by ARN; one that does not exist")
def _():
    secret = secrets.get_secret_value(SecretId="spot/api-token")
    equal(secret["SecretString"], WORLD["spotToken"])
    equal(secrets.get_secret_value(SecretId=secret["ARN"])["Name"], "spot/api-token")
    refused(secrets.exceptions.ResourceNotFoundException, secrets.get_secret_value, SecretId="none")


@check("boto3 s3: HeadObject, and the waiter for an object")
def _():
    assert s3.head_object(Bucket="releases", Key="app.zip")["ETag"].startswith('"')
    s3.get_waiter("object_exists").wait(Bucket="releases", Key="app.zip", WaiterConfig={"MaxAttempts": 1})


@check("boto3 codedeploy: the deployment group and its configuration; names that do not exist")
def _():
    group = codedeploy.get_deployment_group(**IN_GROUP)["deploymentGroupInfo"]
    equal(group["deploymentStyle"]["deploymentType"], "BLUE_GREEN")
    name = group["deploymentConfigName"]
    config = codedeploy.get_deployment_config(deploymentConfigName=name)["deploymentConfigInfo"]
    equal(config["computePlatform"], "Server")
    errors = codedeploy.exceptions
    refused(
        errors.ApplicationDoesNotExistException,
        codedeploy.get_deployment_group,
        applicationName="none",
        deploymentGroupName=DEPLOYMENT_GROUP,
    )
    refused(
        errors.DeploymentConfigDoesNotExistException, codedeploy.get_deployment_config, deploymentConfigName="none"
    )


# --- boto3: a deployment on what Spot's SDK launches


@check("spotinst-sdk2 starts another deployment, and boto3 ec2 finds its green instances by tag")
def green():
    start("by-sdk-3")
    follow(state, "AWAITING_USER_DEPLOYMENT")
    filters = [
        {"Name": f"tag:{WORLD['tagKey']}", "Values": ["by-sdk-3"]},
        {"Name": "instance-state-name", "Values": ["running"]},
    ]
    pages = list(ec2.get_paginator("describe_instances").paginate(Filters=filters, PaginationConfig={"PageSize": 5}))
    assert len(pages) > 1, "one page"
    found = [i for page in pages for reservation in page["Reservations"] for i in reservation["Instances"]]
    equal({i["State"]["Name"] for i in found}, {"running"})
    equal({i.get("InstanceLifecycle", "on-demand") for i in found} - {"spot", "on-demand"}, set())
    return sorted(i["InstanceId"] for i in found)


@check("boto3 ec2: instances by id; one that does not exist")
def _():
    pages = ec2.get_paginator("describe_instances").paginate(InstanceIds=green)
    equal(len([i for page in pages for r in page["Reservations"] for i in r["Instances"]]), 4)
    refused("InvalidInstanceID.NotFound", ec2.describe_instances, InstanceIds=["i-00000000000000000"])


@check("boto3 codedeploy: a deployment is stopped while it is in progress")
def stopped():
    deployment = create("by-sdk-3")
    error = refused(codedeploy.exceptions.DeploymentLimitExceededException, create, "by-sdk-3")
    assert deployment in str(error), error
    answer = codedeploy.stop_deployment(deploymentId=deployment, autoRollbackEnabled=False)
    assert answer["status"] in ("Pending", "Succeeded"), answer
    read = lambda: codedeploy.get_deployment(deploymentId=deployment)["deploymentInfo"]["status"]
    follow(read, "Stopped")
    refused(codedeploy.exceptions.DeploymentAlreadyCompletedException, codedeploy.stop_deployment, deploymentId=deployment)
    try:
        successful(deployment)
    except WaiterError as error:
        assert "Stopped" in str(error) or "terminal failure" in str(error), error
        return deployment
    raise AssertionError("the waiter took a stopped deployment for a successful one")


@check("boto3 codedeploy: a deployment succeeds, by the SDK's own waiter; Elastigroup removes blue")
def succeeded():
    deployment = create("by-sdk-3")
    successful(deployment)
    info = codedeploy.get_deployment(deploymentId=deployment)["deploymentInfo"]
    equal(info["deploymentOverview"]["Succeeded"], 4)
    assert info["createTime"] <= info["startTime"] <= info["completeTime"], info
    follow(state, "FINISHED")
    equal(sorted(i["instance_id"] for i in spot.get_elastigroup_active_instances(GROUP)), green)
    return deployment


@check("boto3 codedeploy: the targets of a deployment with their lifecycle events")
def _():
    targets = []
    page = {}
    while not targets or "nextToken" in page:
        token = {"nextToken": page["nextToken"]} if "nextToken" in page else {}
        page = codedeploy.list_deployment_targets(
            deploymentId=succeeded, targetFilters={"ServerInstanceLabel": ["Green"]}, **token
        )
        targets += page["targetIds"]
    equal(sorted(targets), green)
    answer = codedeploy.batch_get_deployment_targets(deploymentId=succeeded, targetIds=targets)
    for target in answer["deploymentTargets"]:
        equal(target["deploymentTargetType"], "InstanceTarget")
        events = {e["lifecycleEventName"]: e["status"] for e in target["instanceTarget"]["lifecycleEvents"]}
        equal(events["AfterInstall"], "Succeeded")
    refused(
        codedeploy.exceptions.DeploymentTargetDoesNotExistException,
        codedeploy.batch_get_deployment_targets,
        deploymentId=succeeded,
        targetIds=["i-00000000000000000"],
    )


@check("boto3 codedeploy: the list of deployments, by pages, status and time")
def _():
    def listed(**filters):
        pages = codedeploy.get_paginator("list_deployments").paginate(**IN_GROUP, **filters)
        return [deployment for page in pages for deployment in page["deployments"]]

    assert {stopped, succeeded} <= set(listed()), listed()
    equal(listed(includeOnlyStatuses=["Stopped"]), [stopped])
    created = codedeploy.get_deployment(deploymentId=succeeded)["deploymentInfo"]["createTime"]
    equal(listed(createTimeRange={"start": created}), [succeeded])
    infos = codedeploy.batch_get_deployments(deploymentIds=[stopped, succeeded])["deploymentsInfo"]
    equal([info["status"] for info in infos], ["Stopped", "Succeeded"])
    refused(codedeploy.exceptions.DeploymentDoesNotExistException, codedeploy.get_deployment, deploymentId="d-000000000")


# --- boto3: the pipeline


@check("boto3 codepipeline: a job's details, with the execution that it belongs to")
def _():
    details = codepipeline.get_job_details(jobId=WORLD["jobs"][0])["jobDetails"]
    equal(details["data"]["pipelineContext"]["pipelineName"], WORLD["pipelineName"])
    equal(details["data"]["pipelineContext"]["pipelineExecutionId"], WORLD["executionId"])
    assert details["data"]["inputArtifacts"][0]["location"]["s3Location"]["bucketName"]


@check("boto3 codepipeline: results of jobs: continued, succeeded, failed; a second one is refused")
def _():
    continued, succeeds, fails = WORLD["jobs"]
    details = {"summary": "green is installed", "externalExecutionId": "d-1", "percentComplete": 50}
    codepipeline.put_job_success_result(jobId=continued, continuationToken="token", executionDetails=details)
    codepipeline.put_job_success_result(jobId=succeeds, outputVariables={"DeploymentId": "d-1"})
    codepipeline.put_job_failure_result(jobId=fails, failureDetails={"type": "JobFailed", "message": "no"})
    errors = codepipeline.exceptions
    refused(errors.InvalidJobStateException, codepipeline.put_job_success_result, jobId=succeeds)
    refused(errors.JobNotFoundException, codepipeline.get_job_details, jobId="00000000-0000-4000-8000-000000000000")
    refused(errors.ValidationException, codepipeline.put_job_success_result, jobId="no-uuid")


@check("boto3 codepipeline: the execution and its actions")
def _():
    execution = codepipeline.get_pipeline_execution(**EXECUTION)["pipelineExecution"]
    equal(execution["status"], "InProgress")
    pages = codepipeline.get_paginator("list_action_executions").paginate(
        pipelineName=WORLD["pipelineName"], filter={"pipelineExecutionId": WORLD["executionId"]}
    )
    actions = [action for page in pages for action in page["actionExecutionDetails"]]
    equal([a["status"] for a in actions if a["actionName"] == WORLD["actionName"]], ["InProgress"])
    unknown = {**EXECUTION, "pipelineName": "none"}
    refused(codepipeline.exceptions.PipelineNotFoundException, codepipeline.get_pipeline_execution, **unknown)
