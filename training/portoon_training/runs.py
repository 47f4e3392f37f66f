"""What the training programs share: schedules, moving averages, checkpoints, prefetching."""

import argparse
import copy
import math
import os
import time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import torch

SEED = 1913
GENTLE = 0.15  # of the learning rate, for pretrained layers


def autocast():
    """Bfloat16 where the processor computes with it; where it does not, PyTorch would imitate it,
    which takes more than ten times as long as single precision.
    """
    native = torch.ops.mkldnn._is_mkldnn_bf16_supported()
    return torch.autocast("cpu", torch.bfloat16, enabled=native)


def load_checkpoint(path):
    """Reads what `Run.save` or the program `shipped` wrote.

    From version 2.6 PyTorch reads only weights by default; older versions trust the file.
    """
    return torch.load(path)


def arguments(description, minutes):
    parser = argparse.ArgumentParser(description=description)
    parser.add_argument(
        "--minutes",
        type=float,
        default=minutes,
        help="computing time of the training thread, over all resumed runs",
    )
    parser.add_argument(
        "--out",
        type=Path,
        required=True,
        help="folder of the checkpoint; resumes from it if it is there",
    )
    parser.add_argument(
        "--init", type=Path, help="checkpoint whose averaged weights start a new run"
    )
    torch.set_num_threads(1)
    torch.manual_seed(SEED)
    return parser


class Run:
    """A net, its optimiser and its moving average, on a schedule of computing time.

    Time is the training thread's own processor time, so on a busy machine a run takes longer but is
    as good.
    """

    def __init__(
        self,
        net,
        args,
        rate,
        decay=0.02,
        average=0.999,
        warmup=200,
        pretrained=(),
        gentle=GENTLE,
        companion=None,
    ):
        """`pretrained` modules learn at the rate times `gentle`, so that they do not forget;
        `companion` is a module that only training needs.
        """
        self.net, self.companion = net, companion
        self.rate, self.warmup, self.average_decay = rate, warmup, average
        self.seconds = args.minutes * 60
        self.path = args.out / "checkpoint.pt"
        args.out.mkdir(parents=True, exist_ok=True)
        self.step = 0
        self.spent = 0.0
        self.mark = time.thread_time()
        if args.init:
            net.load_state_dict(load_checkpoint(args.init)["average"])
        self.average = copy.deepcopy(net).eval().requires_grad_(False)
        slow = [p for module in pretrained for p in module.parameters() if p.requires_grad]
        known = {id(p) for p in slow}
        fresh = [p for p in net.parameters() if p.requires_grad and id(p) not in known]
        if companion:
            fresh += companion.parameters()
        groups = [{"params": fresh, "share": 1.0}, {"params": slow, "share": gentle}]
        self.optimizer = torch.optim.AdamW(
            [g for g in groups if g["params"]], rate, weight_decay=decay
        )
        if self.path.exists():
            saved = load_checkpoint(self.path)
            net.load_state_dict(saved["net"])
            self.average.load_state_dict(saved["average"])
            self.optimizer.load_state_dict(saved["optimizer"])
            if companion:
                companion.load_state_dict(saved["companion"])
            self.step, self.spent = saved["step"], saved["spent"]
            torch.manual_seed(SEED + self.step)

    @property
    def progress(self):
        return min(1.0, self.spent / self.seconds)

    def update(self, loss):
        """One optimiser step at the rate the clock asks for; the moving average follows."""
        cosine = 0.5 * (1 + math.cos(math.pi * self.progress))
        rate = self.rate * max(cosine, 0.002) * min(1.0, (self.step + 1) / self.warmup)
        for group in self.optimizer.param_groups:
            group["lr"] = rate * group["share"]
        self.optimizer.zero_grad(set_to_none=True)
        loss.backward()
        torch.nn.utils.clip_grad_norm_(self.net.parameters(), 1.0)
        self.optimizer.step()
        self.step += 1
        decay = min(self.average_decay, (self.step + 1) / (self.step + 20))
        with torch.no_grad():
            for mean, now in zip(
                self.average.state_dict().values(), self.net.state_dict().values(), strict=True
            ):
                if mean.is_floating_point():
                    mean.lerp_(now, 1 - decay)
                else:
                    mean.copy_(now)
        now = time.thread_time()
        self.spent += now - self.mark
        self.mark = now

    def save(self):
        state = {
            "net": self.net.state_dict(),
            "average": self.average.state_dict(),
            "optimizer": self.optimizer.state_dict(),
            "companion": self.companion.state_dict() if self.companion else None,
            "step": self.step,
            "spent": self.spent,
        }
        torch.save(state, self.path.with_suffix(".tmp"))
        os.replace(self.path.with_suffix(".tmp"), self.path)


def prefetch(make):
    """Yields results of make() for ever; a thread prepares the next one meanwhile."""
    with ThreadPoolExecutor(1) as pool:
        ahead = pool.submit(make)
        while True:
            ready = ahead.result()
            ahead = pool.submit(make)
            yield ready
