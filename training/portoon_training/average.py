"""Averages the weights of two runs of one net (model soups: Wortsman et al., arXiv:2203.05482).

python -m portoon_training.average RUN_FOLDER OTHER_RUN_FOLDER --share 0.5 --out FOLDER
"""

import argparse
from pathlib import Path

import torch

from .runs import load_checkpoint


def averaged(one, other, share):
    """Weights between two nets. What is counted instead of learnt is taken from the other one."""
    return {
        name: torch.lerp(one[name], weight, share) if weight.is_floating_point() else weight
        for name, weight in other.items()
    }


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument(
        "runs", type=Path, nargs=2, help="folders with a checkpoint of the same net"
    )
    parser.add_argument("--share", type=float, default=0.5, help="of the second run, 0..1")
    parser.add_argument("--out", type=Path, required=True, help="folder of the new checkpoint")
    args = parser.parse_args()
    one, other = (load_checkpoint(run / "checkpoint.pt")["average"] for run in args.runs)
    args.out.mkdir(parents=True, exist_ok=True)
    torch.save({"average": averaged(one, other, args.share)}, args.out / "checkpoint.pt")


if __name__ == "__main__":
    main()
