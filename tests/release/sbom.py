"""python sbom.py FOLDER: checks each `.cdx.json` in a folder against CycloneDX's schema, and that its references exist."""

import json
import sys
from pathlib import Path
from typing import Any

from cyclonedx.schema import SchemaVersion
from cyclonedx.validation.json import JsonStrictValidator

VALIDATOR = JsonStrictValidator(SchemaVersion.V1_6)

# The components that the schema has accepted in an earlier file. It takes 10 ms for each, and most are in many files.
accepted: set[str] = set()


def without_accepted(file: dict[str, Any]) -> str:
    """The file with the components that are new, and one of the others, since a file could have none."""
    new = [one for one in file["components"] if json.dumps(one) not in accepted]
    return json.dumps({**file, "components": new or file["components"][:1]})


def faults(text: str) -> list[str]:
    """What is wrong with a file."""
    file: dict[str, Any] = json.loads(text)
    if error := VALIDATOR.validate_str(without_accepted(file)):
        return [f"the schema refuses it: {error}"]
    accepted.update(json.dumps(one) for one in file["components"])
    subject = file["metadata"]["component"]
    references = [subject["bom-ref"], *(component["bom-ref"] for component in file["components"])]
    found = [f"{one} occurs twice" for one in sorted(set(references)) if references.count(one) > 1]
    named = [one["ref"] for one in file["dependencies"]]
    named += [needed for one in file["dependencies"] for needed in one["dependsOn"]]
    found += [f"there is no component {one}" for one in sorted(set(named) - set(references))]
    # Everything is there because something needs it.
    reached, waiting = set(), [subject["bom-ref"]]
    needs = {one["ref"]: one["dependsOn"] for one in file["dependencies"]}
    while waiting:
        if (one := waiting.pop()) not in reached:
            reached.add(one)
            waiting += needs.get(one, [])
    found += [f"nothing needs {one}" for one in references if one not in reached]
    return found


def faults_of_this_check(text: str) -> list[str]:
    """A file with a fault put in must be refused."""
    wrong = {
        "a member that the schema does not know": lambda file: file.update(colour="red"),
        "no name": lambda file: file["metadata"]["component"].pop("name"),
        "a reference to nothing": lambda file: file["dependencies"][0]["dependsOn"].append("pkg:cargo/none@1"),
        "a licence that is none": lambda file: file["components"][0].update(licenses="MIT"),
        "a component twice": lambda file: file["components"].append(file["components"][0]),
    }
    missed = []
    for fault, change in wrong.items():
        changed = json.loads(text)
        change(changed)
        if not faults(json.dumps(changed)):
            missed.append(f"this check accepts {fault}")
    return missed


def main() -> None:
    paths = sorted(Path(sys.argv[1]).glob("*.cdx.json"))
    if not paths:
        raise SystemExit(f"error: {sys.argv[1]} has no files")
    found = [f"{path.name}: {fault}" for path in paths for fault in faults(path.read_text())]
    found += faults_of_this_check(paths[0].read_text())
    if found:
        raise SystemExit("\n".join(found))
    print(f"{len(paths)} files, and CycloneDX's schema accepts them")


if __name__ == "__main__":
    main()
