"""Validates a CycloneDX bill of materials against its schema."""

import json
import sys

from cyclonedx.schema import SchemaVersion
from cyclonedx.validation.json import JsonStrictValidator

with open(sys.argv[1], encoding="utf-8") as file:
    text = file.read()
version = json.loads(text)["specVersion"]
problem = JsonStrictValidator(SchemaVersion.from_version(version)).validate_str(text)
if problem:
    sys.exit(f"It is no CycloneDX {version}: {problem}")
