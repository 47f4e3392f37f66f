"""The folder of shipped nets and its manifest, which the app reads."""

import json
from pathlib import Path

MODELS = Path(__file__).resolve().parents[2] / "models"


def read_manifest(models=MODELS):
    return json.loads((models / "manifest.json").read_text())


def write_manifest(manifest, models=MODELS):
    (models / "manifest.json").write_text(json.dumps(manifest, indent=2) + "\n")
