using ResPrune.Inference.Engine;
using ResPrune.Inference.Weights;
using static TorchSharp.torch;

namespace ResPrune.Inference.Tests.Engine;

public sealed class DTypeSelectorTests
{
    private const long Gibi = 1L << 30;
    private const double Fast = 3, Slow = 0.01;
    private static readonly WeightSizes Tiny = new(0, 10_000_000, 0, 0);
    private static readonly WeightSizes InBFloat16 = new(0, 7 * Gibi, 1000, 0);
    private static readonly WeightSizes InFloat16 = new(7 * Gibi, 0, 0, 0);
    private static readonly WeightSizes InFloat32 = new(0, 0, 7 * Gibi, 0);
    private static readonly RunningDType BFloat16 = new(ScalarType.BFloat16);
    private static readonly RunningDType Kept = new(ScalarType.Float32, ScalarType.BFloat16);

    [Fact]
    public void ASmallModelIsComputedInFloat32WhateverIsFast() => Assert.Equal(RunningDType.Float32, Auto(Tiny, Fast, Gibi));

    [Fact]
    public void BFloat16IsTakenWhereItIsFast() => Assert.Equal(BFloat16, Auto(InBFloat16, Fast, 8 * Gibi));

    [Fact]
    public void HalfPrecisionWeightsStayWhereTheyAreWhereBFloat16IsSlow()
    {
        Assert.Equal(Kept, Auto(InBFloat16, Slow, 20 * Gibi));
        Assert.Equal(new RunningDType(ScalarType.Float32, ScalarType.Float16), Auto(InFloat16, Slow, 20 * Gibi));
    }

    [Fact]
    public void Float16WeightsAreOnlyConvertedToBFloat16WhereTheCopyLeavesRoom()
    {
        Assert.Equal(BFloat16, Auto(InFloat16, Fast, 20 * Gibi));
        Assert.Equal(new RunningDType(ScalarType.Float32, ScalarType.Float16), Auto(InFloat16, Fast, 16 * Gibi));
    }

    [Fact]
    public void Float32WeightsStaySoWhereTheyFitWithRoomToSpare()
    {
        Assert.Equal(RunningDType.Float32, Auto(InFloat32, Slow, 40 * Gibi));
        Assert.Equal(Kept, Auto(InFloat32, Slow, 36 * Gibi));
    }

    [Fact]
    public void ACheckpointThatFitsInNoTypeIsRefusedWithItsSizes()
    {
        var exception = Assert.Throws<ModelLoadException>(() => Auto(InFloat32, Slow, 8 * Gibi));
        Assert.Contains("28.0 GiB on disk, take 14.0 GiB of memory as float32 (weights bfloat16), and 8.0 GiB are free", exception.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Float32ThatDoesNotFitIsRefusedWithSizesAndTheWayOut()
    {
        var exception = Assert.Throws<ModelLoadException>(() => DTypeSelector.Decide("float32", onCpu: true, InBFloat16, Slow, 20 * Gibi));
        Assert.Contains("--dtype float32", exception.Message, StringComparison.Ordinal);
        Assert.Contains("14.0 GiB on disk, take 28.0 GiB", exception.Message, StringComparison.Ordinal);
        Assert.Contains("20.0 GiB are free: use auto", exception.Message, StringComparison.Ordinal);
        Assert.Equal(RunningDType.Float32, DTypeSelector.Decide("float32", onCpu: true, InBFloat16, Slow, 30 * Gibi));
        Assert.Equal(RunningDType.Float32, DTypeSelector.Decide("float32", onCpu: true, InFloat32, Slow, 20 * Gibi));
    }

    [Fact]
    public void ADeviceOfItsOwnDoesNotLookAtTheMachinesMemory()
    {
        Assert.Equal(BFloat16, DTypeSelector.Decide("auto", onCpu: false, InFloat32, Slow, Gibi));
        Assert.Equal(RunningDType.Float32, DTypeSelector.Decide("float32", onCpu: false, InBFloat16, Slow, Gibi));
        Assert.Equal(new RunningDType(ScalarType.Float16), DTypeSelector.Decide("float16", onCpu: false, InBFloat16, Slow, Gibi));
    }

    [Theory]
    [InlineData("float16", "40 times slower")]
    [InlineData("int8", "--dtype 'int8' is unknown")]
    public void WhatCannotBeServedIsNamed(string text, string expected)
    {
        var exception = Assert.Throws<ModelLoadException>(() => DTypeSelector.Decide(text, onCpu: true, InBFloat16, Slow, 100 * Gibi));
        Assert.Contains(expected, exception.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void UsersSeeWhatWeightsAreHeldIn()
    {
        Assert.Equal("float32", RunningDType.Float32.ToString());
        Assert.Equal("bfloat16", BFloat16.ToString());
        Assert.Equal("float32 (weights bfloat16)", Kept.ToString());
    }

    private static RunningDType Auto(WeightSizes sizes, double speedUp, long available) =>
        DTypeSelector.Decide("auto", onCpu: true, sizes, speedUp, available);
}
