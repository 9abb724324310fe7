"""A real repository with a real configuration of Terraform, for pipelines that are no pretence."""

import os
import shutil
import subprocess
from pathlib import Path

HAS_TERRAFORM = shutil.which("terraform") is not None
ONE = 'resource "terraform_data" "queue" { input = "a" }\n'
TWO = f'{ONE}resource "terraform_data" "database" {{ input = "b" }}\n'


class Workshop:
    """A repository with a configuration, and what a pipeline does with it."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.do("git", "init", "-q")
        self.do("git", "config", "user.email", "ci@example.test")
        self.do("git", "config", "user.name", "CI")

    def do(self, *command: str) -> str:
        quiet = {**os.environ, "CHECKPOINT_DISABLE": "1", "TF_IN_AUTOMATION": "1"}
        done = subprocess.run(
            command, cwd=self.folder, env=quiet, capture_output=True, text=True, check=False
        )
        assert done.returncode == 0, done.stdout + done.stderr
        return done.stdout.strip()

    def plan(self, text: str) -> tuple[str, str]:
        """Commit this configuration; the revision, and the plan as Terraform shows it."""
        (self.folder / "main.tf").write_text(text)
        self.do("git", "add", "main.tf")
        self.do("git", "commit", "-q", "--allow-empty", "-m", "Change the platform")
        self.do("terraform", "init", "-input=false", "-no-color")
        self.do("terraform", "plan", "-input=false", "-no-color", "-out=plan")
        (self.folder / "plan.json").write_text(self.do("terraform", "show", "-json", "plan"))
        return self.do("git", "rev-parse", "HEAD"), str(self.folder / "plan.json")
