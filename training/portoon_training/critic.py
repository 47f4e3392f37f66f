"""A critic that learns to tell a net's pictures from its teacher's, patch by patch.

A net that is trained by regression alone is cautious: where it cannot know exactly where a stroke
goes, it draws none. After Isola et al. 2017 (arXiv:1611.07004), with hinge losses and spectral
normalisation (Miyato et al. 2018, arXiv:1802.05957).
"""

import torch
from torch import nn
from torch.nn.utils.parametrizations import spectral_norm

RATE = 5e-4


class Critic(nn.Module):
    """Sees the frame beside the picture; patches of about 34 px."""

    def __init__(self, width=40):
        super().__init__()

        def conv(cin, cout, stride):
            return spectral_norm(nn.Conv2d(cin, cout, 4 if stride == 2 else 3, stride, 1))

        self.body = nn.Sequential(
            conv(6, width, 2),
            nn.LeakyReLU(0.2),
            conv(width, 2 * width, 2),
            nn.LeakyReLU(0.2),
            conv(2 * width, 2 * width, 1),
            nn.LeakyReLU(0.2),
            conv(2 * width, 1, 1),
        ).to(memory_format=torch.channels_last)
        self.optimizer = torch.optim.Adam(self.parameters(), RATE, betas=(0.5, 0.99))

    def forward(self, frame, picture):
        with torch.autocast("cpu", torch.bfloat16):
            return self.body(torch.cat([frame, picture], 1) * 2 - 1).float()

    def learn(self, frame, mine, teachers):
        """One step towards telling `mine` from `teachers`; returns its loss, 2 when it knows
        nothing.
        """
        loss = (
            torch.relu(1 + self(frame, mine.detach())).mean()
            + torch.relu(1 - self(frame, teachers)).mean()
        )
        self.optimizer.zero_grad(set_to_none=True)
        loss.backward()
        self.optimizer.step()
        return loss.item()

    def verdict(self, frame, picture):
        """The loss of the net that is trained against this critic."""
        return -self(frame, picture).mean()
