"""A smoke test of an installed alloc: every command once, on a small question, with whatever versions are installed.

python .ci/smoke.py FOLDER: the folder of an instance; what is written goes to a temporary place.
"""

import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

QUESTION = Path(sys.argv[1]).resolve()
ALLOC = shutil.which("alloc", path=str(Path(sys.executable).parent)) or sys.exit("alloc is not installed here")
PLAN = "grid: {funds.tianjin.amount: [30, 37]}\n"
COMMANDS = """
doctor
--lang zh check QUESTION
schema
new started --excel
generate made --counties 3
convert QUESTION question.xlsx
solve question.xlsx --out one --png
solve QUESTION --method blocks --set funds.tianjin.amount=40 --out two --json
page one question.xlsx --lang zh
diff one two --out difference
verify question.xlsx one/allocation.xlsx --against one
export QUESTION program.mps
export one activities.xml --org-id CN-GOV-12 --org-name Tianjin
export one long.csv
sweep QUESTION plan.yaml --out swept
frontier QUESTION --points 3 --out traded
alternatives QUESTION --count 2 --out others
sensitivity QUESTION --method tornado --spread example=0.1 --only funds.tianjin.amount --out moved
"""

with tempfile.TemporaryDirectory() as place:
    (Path(place) / "plan.yaml").write_text(PLAN, encoding="utf-8")
    for line in COMMANDS.split("\n"):
        words = [str(QUESTION) if word == "QUESTION" else word for word in line.split()]
        if words:
            done = subprocess.run([ALLOC, *words], cwd=place, capture_output=True, text=True, check=False)
            if done.returncode or "Traceback" in done.stderr or "Warning" in done.stderr:
                sys.exit(f"alloc {line} ended with {done.returncode}\n{done.stdout[-2000:]}\n{done.stderr[-4000:]}")
