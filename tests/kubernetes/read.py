"""Reads YAML from standard input, validates each object strictly against the given versions of Kubernetes, and prints
{"objects": [...], "problems": [...]}. A kind without a schema is a problem too: only the caller knows which may be."""

import json
import sys

import kubernetes_validate
import yaml

objects = [found for found in yaml.load_all(sys.stdin, Loader=yaml.CSafeLoader) if found]
problems = []
for version in sys.argv[1:]:
    for found in objects:
        name = f"{found['kind']} {found['metadata']['name']}"
        try:
            kubernetes_validate.validate(found, version, strict=True)
        except kubernetes_validate.SchemaNotFoundError:
            problems.append(f"{version}: no schema for {found['apiVersion']} {found['kind']}")
        except kubernetes_validate.ValidationError as error:
            problems.append(f"{version}: {name}: {'.'.join(map(str, error.path))}: {error.message[:300]}")
json.dump({"objects": objects, "problems": sorted(set(problems))}, sys.stdout)
