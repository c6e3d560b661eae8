"""Publishes a packaged template as `sam publish` does, with the library that is in the SAM CLI, to a stub of the service.

Prints the requests, as JSON: those of an application that is new, and those of a new version of one that is there. botocore
checks their members and types; the patterns, which are only in its documentation, are checked here.
"""

import json
import re
import sys

import boto3
from botocore.stub import Stubber
from samcli.vendor.serverlessrepo import publish_application

APPLICATION = "arn:aws:serverlessrepo:us-east-1:123456789012:applications/shop"
CREATED = {"ApplicationId": APPLICATION}


def requests_of(template, answer):
    client = boto3.client("serverlessrepo", "us-east-1", aws_access_key_id="fake", aws_secret_access_key="fake")
    requests = {}
    client.meta.events.register(
        "provide-client-params.serverlessrepo.*",
        lambda params, model, **_: requests.update({model.name: params}),
    )
    with Stubber(client) as stub:
        answer(stub)
        publish_application(template, client)
        stub.assert_no_pending_responses()
    return requests


def is_new(stub):
    stub.add_response("create_application", CREATED)


def is_there(stub):
    message = f"Application with id {APPLICATION} already exists"
    stub.add_client_error("create_application", "ConflictException", message, 409)
    stub.add_response("update_application", CREATED)
    stub.add_response("create_application_version", {**CREATED, "SemanticVersion": "1.0.0"})


def problems_of(request):
    """By the documentation of CreateApplication."""
    rules = {
        "Name": r"[a-zA-Z0-9\-]{1,140}",
        "Author": r"(?=.{1,127}$)[a-z0-9](([a-z0-9]|-(?!-))*[a-z0-9])?",
        "Description": r".{1,256}",
        "SemanticVersion": r"\d+\.\d+\.\d+(-[0-9A-Za-z.-]+)?",
        "SpdxLicenseId": r"[A-Za-z0-9.-]+",
        "LicenseUrl": r"s3://.+",
        "ReadmeUrl": r"s3://.+",
        "HomePageUrl": r"https://\S+",
        "SourceCodeUrl": r"https://\S+",
    }
    wrong = [f"{name}: {request.get(name)}" for name, rule in rules.items() if not re.fullmatch(rule, request.get(name, ""))]
    labels = request.get("Labels", [])
    good = [label for label in labels if re.fullmatch(r"[a-zA-Z0-9+\-_:/@]{1,127}", label)]
    return wrong if good == labels and len(labels) <= 10 else [*wrong, f"Labels: {labels}"]


with open(sys.argv[1], encoding="utf-8") as file:
    text = file.read()
new = requests_of(text, is_new)
print(json.dumps({**requests_of(text, is_there), **new, "problems": problems_of(new["CreateApplication"])}))
