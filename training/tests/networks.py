"""Nets for the tests: untrained, but without parts that begin with zeros."""

import torch


@torch.no_grad()
def lively(net, seed=7):
    """Gives random values to weights that start at zero and to normalisations."""
    torch.manual_seed(seed)
    for module in net.modules():
        if isinstance(module, torch.nn.BatchNorm2d):
            module.running_mean.normal_(0, 0.1)
            module.running_var.uniform_(0.5, 1.5)
            module.weight.uniform_(0.5, 1.5)
            module.bias.normal_(0, 0.1)
        elif isinstance(module, torch.nn.Conv2d) and not module.weight.any():
            module.weight.normal_(0, 0.1)
    return net.eval()
