"""python -m run.types: mypy and pyright, both strict, on the example files, the examples of the package's README, and those
of the folder `examples`.

Both must report an error for each line that ends in `# error: …`, and for no other line.
"""

import json
import os
import re
import subprocess
import sys
from collections.abc import Iterable
from pathlib import Path

EXAMPLES = Path("typed")
README = Path("README.md")
# The folders to which those are written, one file for each example.
FROM_README = Path("typed-readme")
PROJECTS = Path(os.environ.get("HOOKSEAL_EXAMPLES", ""))
FROM_PROJECTS = Path("typed-projects")
# Their files, except for Django's settings, which have no types.
FILES = ["*/main.py", "*/app.py", "*/config/webhooks.py"]

Lines = set[tuple[str, int]]


def main() -> None:
    FROM_README.mkdir(exist_ok=True)
    blocks = re.findall(r"^```python\n(.*?)^```$", README.read_text("utf-8"), re.MULTILINE | re.DOTALL)
    if len(blocks) < 5:
        raise SystemExit(f"only {len(blocks)} examples found in {README}")
    for number, block in enumerate(blocks, 1):
        FROM_README.joinpath(f"example_{number}.py").write_text(block, "utf-8")
    FROM_PROJECTS.mkdir(exist_ok=True)
    projects = [file for pattern in FILES for file in PROJECTS.glob(pattern)]
    if len(projects) < 5:
        raise SystemExit(f"only {len(projects)} examples found in {PROJECTS}: HOOKSEAL_EXAMPLES must name `examples`")
    for file in projects:
        name = file.relative_to(PROJECTS).parts[0].replace("-", "_")
        FROM_PROJECTS.joinpath(f"example_{name}.py").write_text(file.read_text("utf-8"), "utf-8")
    files = sorted([*EXAMPLES.glob("*.py"), *FROM_README.glob("*.py"), *FROM_PROJECTS.glob("*.py")])
    marked = {
        (file.name, number)
        for file in files
        for number, line in enumerate(file.read_text("utf-8").splitlines(), 1)
        if "# error: " in line
    }
    if not marked:
        raise SystemExit("no line is marked as an error")
    for name, found in [("mypy", mypy(files)), ("pyright", pyright(files))]:
        for line in sorted(marked - found.keys()):
            print(f"{name} accepts {line}, which is marked as an error")
        for line in sorted(found.keys() - marked):
            print(f"{name} rejects {line}: {found[line]}")
        if marked != found.keys():
            raise SystemExit(f"{name} disagrees with the marked lines")
        print(f"{name}: {len(files)} files, all {len(marked)} marked errors found, and no others")


Found = dict[tuple[str, int], str]


def mypy(files: Iterable[Path]) -> Found:
    # One by one, because examples have names in common.
    words = ["--strict", "--output", "json", "--no-error-summary", "--cache-dir", "mypy-cache"]
    # Django ships no types.
    words += ["--scripts-are-modules", "--disable-error-code", "import-untyped"]
    found: Found = {}
    for file in files:
        done = run("mypy", [*words, str(file)])
        for line in done.stdout.splitlines():
            error = json.loads(line)
            if error["severity"] == "error":
                found[Path(error["file"]).name, error["line"]] = error["message"]
        if done.returncode not in (0, 1):
            raise SystemExit(f"mypy: {done.stdout}{done.stderr}")
    return found


def pyright(files: Iterable[Path]) -> Found:
    configuration = {
        "include": [str(file.parent) for file in files],
        "typeCheckingMode": "strict",
        "pythonVersion": "3.10",
        # Django ships no types.
        "reportMissingTypeStubs": False,
        "reportUnknownMemberType": False,
        "reportUnknownVariableType": False,
        # The frameworks call the views.
        "reportUnusedFunction": False,
    }
    Path("pyrightconfig.json").write_text(json.dumps(configuration))
    done = run("pyright", ["--outputjson", "--pythonpath", sys.executable])
    if done.returncode not in (0, 1):
        raise SystemExit(f"pyright: {done.stdout}{done.stderr}")
    return {
        (Path(error["file"]).name, error["range"]["start"]["line"] + 1): error["message"]
        for error in json.loads(done.stdout)["generalDiagnostics"]
        if error["severity"] == "error"
    }


def run(module: str, words: list[str]) -> "subprocess.CompletedProcess[str]":
    return subprocess.run([sys.executable, "-m", module, *words], capture_output=True, text=True, check=False)


main()
