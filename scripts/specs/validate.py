"""Validates recorded calls to AWS against the service models that botocore ships.

    validate.py FILE.jsonl …

Each line is a call: {"run", "service", "operation", "fault"?, "request": {method, url, headers, body}, "response"?:
{status, headers, body}}. Prints one JSON object: how many requests and responses of each operation there were, and what
is wrong with them.

A request is read with moto's parsers, which work from the same models, and written again with botocore's serializer: what
differs is what no AWS client would send. A response is read with botocore's parser. Types, required members, lengths,
ranges, patterns and enums are checked of both, since botocore itself checks only some of them, and of responses none.
"""

import functools
import json
import re
import sys
from collections import Counter, defaultdict
from datetime import datetime
from urllib.parse import parse_qsl, unquote, urlsplit
from xml.etree import ElementTree

import botocore.loaders
import botocore.model
import botocore.parsers
import botocore.serialize
from botocore.validate import ParamValidator
from moto.core.parse import PROTOCOL_PARSERS
from werkzeug.datastructures import Headers, MultiDict

# What any operation may answer: https://docs.aws.amazon.com/codedeploy/latest/APIReference/CommonErrors.html and its like.
COMMON_ERRORS = {
    "AccessDeniedException": 400,
    "ExpiredTokenException": 403,
    "IncompleteSignature": 403,
    "InternalFailure": 500,
    "InvalidSignatureException": 400,
    "MissingAuthenticationToken": 403,
    "NotAuthorized": 401,
    "OptInRequired": 403,
    "RequestExpired": 400,
    "SerializationException": 400,
    "ServiceUnavailable": 503,
    "ThrottlingException": 400,
    "UnrecognizedClientException": 400,
    "ValidationException": 400,
}
# The EC2 model declares no errors: https://docs.aws.amazon.com/AWSEC2/latest/APIReference/errors-overview.html
EC2_ERRORS = {
    "InternalError": 500,
    "InternalFailure": 500,
    "InvalidInstanceID.Malformed": 400,
    "InvalidInstanceID.NotFound": 400,
    "InvalidParameterValue": 400,
    "RequestLimitExceeded": 503,
    "ServiceUnavailable": 503,
    "Unavailable": 503,
    "UnauthorizedOperation": 403,
}
# S3 answers a HEAD without a body: only the status tells.
S3_STATUSES = {301, 304, 400, 403, 404, 405, 412, 500, 503}
# What S3 sends with every answer, beside the model's own headers.
S3_HEADERS = {"x-amz-request-id", "x-amz-id-2", "x-amz-bucket-region", "date", "server", "connection"}

LOADER = botocore.loaders.Loader()
TYPES = {
    "string": str,
    "integer": int,
    "long": int,
    "boolean": bool,
    "float": (int, float),
    "double": (int, float),
    "timestamp": (int, float, datetime),
    "blob": (str, bytes),
    "structure": dict,
    "map": dict,
    "list": list,
}


@functools.cache
def service_model(service):
    return botocore.model.ServiceModel(LOADER.load_service_model(service, "service-2"), service)


@functools.cache
def operation_model(service, operation):
    model = service_model(service)
    return model.operation_model(operation) if operation in model.operation_names else None


@functools.cache
def matcher(pattern):
    return re.compile(pattern)


def wrong_in(shape, value, where):
    """All that the model forbids in a value: unknown and missing members, types, lengths, ranges, patterns, enums."""
    kind = shape.type_name
    expected = TYPES.get(kind)
    if expected is None:
        return [f"{where}: this script does not know the type {kind}"]
    if not isinstance(value, expected) or (isinstance(value, bool) and kind != "boolean"):
        return [f"{where}: {value!r:.80} is no {kind}"]
    if kind == "structure":
        return wrong_in_structure(shape, value, where)
    wrong = wrong_size(shape, value, where)
    if kind == "list":
        for index, item in enumerate(value):
            wrong += wrong_in(shape.member, item, f"{where}[{index}]")
    elif kind == "map":
        for key, item in value.items():
            wrong += wrong_in(shape.key, key, f"{where} key") + wrong_in(shape.value, item, f"{where}.{key}")
    elif kind == "string":
        pattern = shape.metadata.get("pattern")
        if pattern and not matcher(pattern).fullmatch(value):
            wrong.append(f"{where}: {value!r:.80} does not match {pattern}")
        if shape.enum and value not in shape.enum:
            wrong.append(f"{where}: {value!r:.80} is none of {', '.join(shape.enum)}")
    return wrong


def wrong_in_structure(shape, value, where):
    wrong = [f"{where}: there is no member {name}" for name in value if name not in shape.members]
    wrong += [f"{where}: the required member {name} is missing" for name in shape.required_members if name not in value]
    for name, item in value.items():
        if name in shape.members:
            wrong += wrong_in(shape.members[name], item, f"{where}.{name}")
    return wrong


def wrong_size(shape, value, where):
    if shape.type_name in ("boolean", "timestamp"):
        return []
    size = value if isinstance(value, (int, float)) else len(value)
    least, most = shape.metadata.get("min"), shape.metadata.get("max")
    if least is not None and size < least:
        return [f"{where}: {size} is less than {least}"]
    if most is not None and size > most:
        return [f"{where}: {size} is more than {most}"]
    return []


def wrong_in_request(operation, request):
    service = operation.service_model
    protocol = service.metadata["protocol"]
    parsed = PROTOCOL_PARSERS[protocol](operation).parse(moto_request(operation, request))
    report = ParamValidator().validate(parsed, operation.input_shape)
    wrong = [report.generate_report()] if report.has_errors() else []
    if protocol == "json":
        # The bytes themselves: a parser has already made numbers and times of what it could.
        wrong += wrong_in(operation.input_shape, json.loads(request["body"]), "request")
    else:
        wrong += wrong_in(operation.input_shape, parsed, "request")
    if not wrong:
        wrong += differences(operation, request, parsed)
    return wrong + wrong_signature(service, request)


def moto_request(operation, request):
    url = urlsplit(request["url"])
    if operation.service_model.metadata["protocol"] == "ec2":
        values = parse_qsl(request["body"], keep_blank_values=True)
    else:
        values = parse_qsl(url.query, keep_blank_values=True)
    return {
        "body": request["body"],
        "headers": Headers(request["headers"]),
        "method": request["method"],
        "url_path": url.path,
        "url_params": s3_names(request, url.path) if operation.service_model.service_name == "s3" else {},
        "values": MultiDict(values),
    }


def s3_names(request, path):
    """Bucket and key of a virtual-hosted or a path-style request."""
    host = request["headers"].get("host", "")
    virtual = re.fullmatch(r"(.+)\.s3[.-].*amazonaws\.com", host)
    if virtual:
        return {"Bucket": virtual[1], "Key": unquote(path[1:])}
    bucket, _, key = path[1:].partition("/")
    return {"Bucket": bucket, "Key": unquote(key)}


# What each client adds of its own.
OWN_QUERY = {"x-id"}


def differences(operation, request, params):
    """What botocore would send for the same parameters, where it is not the same."""
    service = operation.service_model
    serializer = botocore.serialize.create_serializer(service.metadata["protocol"], include_validation=False)
    # moto leaves a parameter that is not there as None.
    given = {name: value for name, value in params.items() if value is not None}
    expected = serializer.serialize_to_request(given, operation)
    url = urlsplit(request["url"])
    wrong = []
    if request["method"] != expected["method"]:
        wrong.append(f"request: {request['method']} instead of {expected['method']}")
    for name, value in expected["headers"].items():
        sent = request["headers"].get(name.lower(), "").split(";")[0]
        if sent != str(value).split(";")[0]:
            wrong.append(f"request: the header {name} is {sent!r} instead of {value!r}")
    if service.service_name == "s3":
        names = s3_names(request, url.path)
        sent, meant = f"/{names['Bucket']}/{names['Key']}", unquote(expected["url_path"])
    else:
        sent, meant = url.path, expected["url_path"]
    if sent != meant:
        wrong.append(f"request: the path {sent} instead of {meant}")
    query = {name: value for name, value in parse_qsl(url.query) if name not in OWN_QUERY}
    if query != dict(expected["query_string"] or {}):
        wrong.append(f"request: the query {query} instead of {expected['query_string']}")
    return wrong + different_body(service, request["body"], expected["body"])


def different_body(service, sent, expected):
    if service.metadata["protocol"] == "json":
        same = json.loads(sent) == json.loads(expected)
    elif service.metadata["protocol"] == "ec2":
        expected = {name: str(value) for name, value in expected.items()}
        same = dict(parse_qsl(sent, keep_blank_values=True)) == expected
    else:
        same = sent == (expected or b"").decode()
    return [] if same else [f"request: the body {sent:.200} instead of {expected!r:.200}"]


def wrong_signature(service, request):
    name = service.signing_name
    header = request["headers"].get("authorization", "")
    scope = re.match(r"AWS4-HMAC-SHA256 Credential=[^/]+/\d{8}/([a-z0-9-]+)/([a-z0-9-]+)/aws4_request, ", header)
    if not scope:
        return ["request: it is not signed with Signature Version 4"]
    return [] if scope[2] == name else [f"request: it is signed for {scope[2]}, not for {name}"]


def wrong_in_response(operation, response):
    service = operation.service_model
    protocol = service.metadata["protocol"]
    status, body = response["status"], response["body"]
    headers = {name.lower(): value for name, value in response["headers"].items()}
    wire = {"status_code": status, "headers": headers, "body": body.encode()}
    if service.service_name == "s3" and body:
        return ["response: a HEAD has no body"]
    parsed = botocore.parsers.create_parser(protocol).parse(wire, operation.output_shape)
    if not parsed.pop("ResponseMetadata").get("RequestId"):
        return ["response: it has no request id"]
    if status >= 300:
        return wrong_in_error(operation, wire)
    if protocol == "json":
        if operation.output_shape is None:
            return [] if body in ("", "{}") else [f"response: {body:.80}, where the model has no output"]
        return wrong_in(operation.output_shape, json.loads(body), "response") + wrong_type(headers, "application/x-amz-json-1.1")
    wrong = wrong_in(operation.output_shape, parsed, "response")
    if protocol == "ec2":
        root = ElementTree.fromstring(body)
        if tag_of(root) != f"{operation.name}Response":
            wrong.append(f"response: the root element is {tag_of(root)}")
        return wrong + unknown_elements(operation.output_shape, root, "response", {"requestId"}) + wrong_type(headers, "text/xml")
    return wrong + unknown_headers(operation.output_shape, headers)


def wrong_type(headers, expected):
    sent = headers.get("content-type", "")
    return [] if sent.startswith(expected) else [f"response: the content type is {sent}, not {expected}"]


def tag_of(node):
    return re.sub(r"^\{.*\}", "", node.tag)


def unknown_elements(shape, node, where, allowed=frozenset()):
    """Elements that the model does not have: a parser passes over them."""
    if shape.type_name == "list":
        wrong = [f"{where}: the element {tag_of(item)} in a list" for item in node if tag_of(item) != "item"]
        return wrong + [text for item in node for text in unknown_elements(shape.member, item, f"{where}[]")]
    if shape.type_name != "structure":
        return [f"{where}: it has elements" for _ in list(node)[:1]]
    members = {member.serialization.get("name", name): member for name, member in shape.members.items()}
    wrong = []
    for tag, count in Counter(tag_of(child) for child in node).items():
        if tag not in members and tag not in allowed:
            wrong.append(f"{where}: there is no element {tag}")
        elif count > 1:
            wrong.append(f"{where}: the element {tag} {count} times")
    for child in node:
        if tag_of(child) in members:
            wrong += unknown_elements(members[tag_of(child)], child, f"{where}.{tag_of(child)}")
    return wrong


def unknown_headers(shape, headers):
    known = {member.serialization.get("name", name).lower() for name, member in shape.members.items()} | S3_HEADERS
    return [f"response: there is no header {name}" for name in headers if name not in known]


def wrong_in_error(operation, wire):
    service = operation.service_model
    status = wire["status_code"]
    if service.service_name == "s3":
        return [] if status in S3_STATUSES else [f"response: S3 does not answer with {status}"]
    parsed = botocore.parsers.create_parser(service.metadata["protocol"]).parse(wire, operation.output_shape)
    code, message = parsed["Error"].get("Code"), parsed["Error"].get("Message")
    wrong = [] if message else [f"response: the error {code} has no message"]
    declared = {shape.name: shape.metadata.get("error", {}).get("httpStatusCode", 400) for shape in operation.error_shapes}
    known = EC2_ERRORS if service.service_name == "ec2" else COMMON_ERRORS | declared
    if code not in known:
        return [*wrong, f"response: {operation.name} does not declare the error {code}"]
    if status != known[code]:
        wrong.append(f"response: the error {code} with the status {status} instead of {known[code]}")
    return wrong


def wrong_in_call(call):
    """The problems of a call: those of its request, those of its response."""
    operation = operation_model(call["service"], call["operation"])
    if operation is None:
        return [f"{call['service']} has no operation {call['operation']}"], []
    request = told(wrong_in_request, operation, call["request"])
    # A page of a proxy is not of the service.
    is_answer = "response" in call and not str(call.get("fault", "")).startswith("not-json")
    return request, told(wrong_in_response, operation, call["response"]) if is_answer else []


def told(check, *arguments):
    """What a parser cannot read at all is a problem too."""
    try:
        return check(*arguments)
    except Exception as error:
        return [f"unreadable: {error!r:.200}"]


def main(files):
    counts = defaultdict(Counter)
    problems = defaultdict(list)
    for file in files:
        with open(file, encoding="utf-8") as lines:
            for call in map(json.loads, lines):
                name = f"{call['service']} {call['operation']}"
                request, response = wrong_in_call(call)
                counts[name]["requests"] += 1
                counts[name]["responses"] += "response" in call
                for side, found in (("requests", request), ("responses", response)):
                    problems[f"{name} {side}"] += [f"{call['run']}: {text}" for text in found]
    json.dump({"counts": counts, "problems": problems}, sys.stdout)


if __name__ == "__main__":
    main(sys.argv[1:])
