using ResPrune.Inference.Engine.Accounting;

namespace ResPrune.Inference.Tests.Engine;

public sealed class PrefillCalibrationTests
{
    private readonly PrefillCalibration _calibration = new();

    [Fact]
    public void A_token_costs_the_slope_and_not_what_a_batch_costs_anyway()
    {
        foreach (var tokens in (int[])[100, 800, 300, 1200, 500]) _calibration.Note(tokens, 0.02 + (0.0001 * tokens));
        Assert.Equal(0.0001, _calibration.SecondsPerToken, 1e-9);
    }

    [Fact]
    public void Batches_of_like_size_say_the_mean()
    {
        foreach (var tokens in (int[])[9, 1000, 1001, 999, 1000]) _calibration.Note(tokens, 0.5);
        Assert.Equal(0.0005, _calibration.SecondsPerToken, 1e-6);
    }

    [Fact]
    public void The_first_batch_warms_the_device_up_and_does_not_count()
    {
        _calibration.Note(100, 60);
        Assert.Equal(0, _calibration.SecondsPerToken);
        _calibration.Note(100, 0.1);
        Assert.Equal(0.001, _calibration.SecondsPerToken, 1e-12);
    }

    [Fact]
    public void Noise_never_makes_a_token_give_time_back()
    {
        foreach (var (tokens, seconds) in ((int, double)[])[(1, 1), (100, 0.3), (1000, 0.2)]) _calibration.Note(tokens, seconds);
        Assert.Equal(0, _calibration.SecondsPerToken);
    }
}
