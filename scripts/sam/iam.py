"""Checks IAM statements against AWS's service authorization data, as policy_sentry ships it.

Reads a JSON object with a list of statements for each policy, and prints one with a list of problems for each: actions
that do not exist, resources that an action does not know or could have named, condition keys that an action does not know.
"""

import json
import re
import sys
from fnmatch import fnmatchcase

from policy_sentry.querying.actions import get_action_data, get_actions_for_service


def listed(value):
    return value if isinstance(value, list) else [value]


def problems_in(statement):
    names = listed(statement["Action"])
    # A statement that denies all of a service needs no list.
    actions = [action for name in names for action in (expanded(name) if statement["Effect"] == "Deny" else [name])]
    unknown = [action for action in actions if action not in get_actions_for_service(action.split(":")[0])]
    if unknown:
        return [f"there is no action {action}" for action in unknown]
    problems = []
    # A role's trust policy has no resource.
    resources = listed(statement["Resource"]) if "Resource" in statement else []
    known = {resource: actions_on(resource, actions) for resource in resources}
    for action in actions:
        if resources and not any(action in on for on in known.values()):
            if "*" in resources:
                problems.append(f"{action} could name its resource: {', '.join(formats_of(action))}")
            elif names == actions:
                problems.append(f"{action} does not know {', '.join(resources)}, but {', '.join(formats_of(action))}")
    problems += [f"none of the actions knows {resource}" for resource, on in known.items() if not on]
    for keys in statement.get("Condition", {}).values():
        problems += [f"{action} does not know {key}" for key in keys for action in actions if not knows(action, key)]
    return problems


def expanded(name):
    service, pattern = name.split(":")
    return [action for action in get_actions_for_service(service) if fnmatchcase(action.split(":")[1], pattern)]


def actions_on(resource, actions):
    """Those of the actions that know the type of a resource. policy_sentry's own matcher is led astray by a slash in a name."""
    # The ARN that CloudFormation gives of a log group means its streams.
    named = re.sub(r"(:log-group:[^:]+):\*$", r"\1:log-stream:*", resource)
    if resource == "*":
        return {action for action in actions if formats_of(action) == ["*"]}
    example = named.replace("*", "x")
    return {action for action in actions if any(matcher(known).fullmatch(example) for known in formats_of(action))}


def matcher(resource_type):
    """`arn:${Partition}:s3:::${BucketName}`: only what ends a name, or an ARN, may contain a slash or a colon."""
    text = re.escape(resource_type.replace("${", "<").replace("}", ">"))
    text = re.sub(r"<(Partition|Region|Account|BucketName)>", "[^:/]*", text)
    return re.compile(re.sub(r"<\w+>", ".+", text))


def rows_of(action):
    service, name = action.split(":")
    return get_action_data(service, name)[service]


def formats_of(action):
    return [row["resource_arn_format"] for row in rows_of(action)]


def knows(action, key):
    # Global keys: https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_condition-keys.html
    return key.startswith("aws:") or any(key in row["condition_keys"] for row in rows_of(action))


if __name__ == "__main__":
    policies = json.load(sys.stdin)
    json.dump({name: [p for s in statements for p in problems_in(s)] for name, statements in policies.items()}, sys.stdout)
