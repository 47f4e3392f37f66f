"""The nets: what they take and answer, and what that costs."""

import pytest

torch = pytest.importorskip("torch", reason="the nets are PyTorch modules")

from portoon_training.nets import MatteNet, fold_batch_norm
from portoon_training.styles import GRADES

from .networks import lively

# (height, width): the smallest, odd and even multiples of 32, and the live size.
SIZES = [(32, 32), (96, 160), (160, 96), (128, 224), (160, 288)]
MATTE_GMAC = 0.25
STYLE_KMAC = {"live": 3, "fine": 12}


@pytest.fixture
def multiplications(monkeypatch):
    """Counts the multiply-accumulates of every convolution during the test."""
    count = {"mac": 0}
    convolve = torch.nn.functional.conv2d

    def counted(x, weight, *args, **options):
        answer = convolve(x, weight, *args, **options)
        count["mac"] += answer.numel() * weight[0].numel()
        return answer

    monkeypatch.setattr(torch.nn.functional, "conv2d", counted)
    return count


@pytest.mark.parametrize("size", SIZES, ids=lambda size: f"{size[1]}x{size[0]}")
@torch.no_grad()
def test_the_matte_net_answers_shares_at_the_frames_size(size):
    height, width = size
    net = lively(MatteNet())
    matte, estimate, parts, features = net(torch.rand(2, 3, *size), torch.rand(2, 1, *size))
    assert matte.shape == estimate.shape == (2, 1, *size)
    assert parts.shape == (2, MatteNet.PARTS, height // 4, width // 4)
    assert features.shape == (2, MatteNet.FEATURES, height // 16, width // 16)
    for share in (matte, estimate, net.whole(matte)):
        assert 0 <= share.min()
        assert share.max() <= 1
    assert estimate.std() > 0.005


@torch.no_grad()
def test_a_past_of_zeros_adds_nothing_to_the_net():
    net = lively(MatteNet())
    frame, none = torch.rand(1, 3, 96, 160), torch.zeros(1, 1, 96, 160)
    _, remembering, parts, _ = net(frame, none)
    _, otherwise, _, _ = net(frame, torch.rand(1, 1, 96, 160))
    assert not torch.allclose(remembering, otherwise, atol=1e-3)
    for weight in (*net.past16.parameters(), *net.past4.parameters()):
        weight.zero_()
    _, forgetful, same_parts, _ = net(frame, none)
    assert torch.equal(remembering, forgetful)
    assert torch.equal(parts, same_parts)


@torch.no_grad()
def test_the_matte_lies_between_estimate_and_past_and_trusts_the_past_by_half_at_most():
    net = lively(MatteNet())
    prior = torch.rand(1, 1, 96, 160)
    matte, estimate, _, _ = net(torch.rand(1, 3, 96, 160), prior)
    moved = (matte - estimate).abs()
    assert moved.max() > 0.01
    assert (moved <= 0.5 * (prior - estimate).abs() + 1e-6).all()


@torch.no_grad()
def test_what_no_path_joins_to_the_person_is_let_go_and_unsure_gaps_are_filled():
    matte = torch.zeros(1, 1, 160, 288)
    matte[..., 40:160, 100:200] = 1
    matte[..., 80:112, 136:168] = 0.3
    matte[..., 16:48, 240:272] = 0.6
    whole = MatteNet().whole(matte)
    assert whole[..., 100:150, 110:130].min() > 0.95
    assert whole[..., 92:100, 148:156].min() > 0.9
    assert whole[..., 24:40, 248:264].max() < 0.1


@pytest.mark.parametrize("size", SIZES, ids=lambda size: f"{size[1]}x{size[0]}")
@pytest.mark.parametrize("grade", GRADES)
@torch.no_grad()
def test_a_drawn_net_answers_tone_and_a_distance_within_its_reach(grade, size):
    net = lively(GRADES[grade]())
    tone, distance = net(torch.rand(1, 3, *size))
    assert tone.shape == (1, 3, *size)
    assert distance.shape == (1, 1, *size)
    assert torch.isfinite(tone).all()
    assert distance.abs().max() <= net.REACH
    assert distance.std() > 0.01


@torch.no_grad()
def test_the_matte_net_keeps_its_budget(multiplications):
    net = MatteNet().eval()
    net.whole(net(torch.rand(1, 3, 160, 288), torch.zeros(1, 1, 160, 288))[0])
    assert 0.1 < multiplications["mac"] / 1e9 <= MATTE_GMAC


@pytest.mark.parametrize("grade", GRADES)
@torch.no_grad()
def test_a_drawn_net_keeps_the_budget_of_its_grade(grade, multiplications):
    GRADES[grade]().eval()(torch.rand(1, 3, 96, 160))
    assert 1 < multiplications["mac"] / (96 * 160) / 1000 <= STYLE_KMAC[grade]


@torch.no_grad()
def test_folding_batch_normalisation_changes_no_answer():
    net = lively(MatteNet())
    given = torch.rand(1, 3, 64, 96), torch.rand(1, 1, 64, 96)
    before = net(*given)
    fold_batch_norm(net)
    assert not any(isinstance(module, torch.nn.BatchNorm2d) for module in net.modules())
    for folded, plain in zip(net(*given), before, strict=True):
        assert torch.allclose(folded, plain, atol=1e-4)
