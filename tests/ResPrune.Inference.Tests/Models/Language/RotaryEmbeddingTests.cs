using ResPrune.Inference.Models.Language;
using ResPrune.Inference.Tests.Engine;
using static TorchSharp.torch;

namespace ResPrune.Inference.Tests.Models.Language;

[Collection(nameof(TensorCounting))]
public sealed class RotaryEmbeddingTests
{
    private const int HeadSize = 16;
    private static readonly float[] Frequencies = RotaryEmbedding.Frequencies(HeadSize, 10000);

    [Fact]
    public void AnglesAreThePositionTimesTheFrequencyOfEachPairTwice()
    {
        using var scope = NewDisposeScope();
        using var rotary = new RotaryEmbedding(Frequencies, rows: null, CPU);
        long[] positions = [0, 3, 127_999];
        var (cos, sin) = rotary.Angles(tensor(positions));
        Assert.Equal([positions.Length, 1, HeadSize], Enumerable.Range(0, 3).Select(d => (int)cos.size(d)));
        var (cosines, sines) = (cos.data<float>().ToArray(), sin.data<float>().ToArray());
        for (var i = 0; i < cosines.Length; i++)
        {
            var angle = positions[i / HeadSize] * Frequencies[i % (HeadSize / 2)];
            Assert.Equal(MathF.Cos(angle), cosines[i], 1e-6f);
            Assert.Equal(MathF.Sin(angle), sines[i], 1e-6f);
        }
    }

    [Fact]
    public void EachPairTurnsWithItsOwnRow()
    {
        using var scope = NewDisposeScope();
        long[] rows = [0, 0, 1, 1, 1, 2, 2, 2];
        long[][] positions = [[5, 6], [70, 80], [900, 1000]];
        using var rotary = new RotaryEmbedding(Frequencies, rows, CPU);
        using var plain = new RotaryEmbedding(Frequencies, rows: null, CPU);
        var (cos, _) = rotary.Angles(tensor(positions.SelectMany(row => row).ToArray(), [3, 2]));
        for (var pair = 0; pair < rows.Length; pair++)
        {
            var (expected, _) = plain.Angles(tensor(positions[rows[pair]]));
            Assert.Equal(expected.select(2, pair).data<float>().ToArray(), cos.select(2, pair).contiguous().data<float>().ToArray());
            Assert.Equal(expected.select(2, pair).data<float>().ToArray(), cos.select(2, pair + (HeadSize / 2)).contiguous().data<float>().ToArray());
        }
    }

    [Fact]
    public void EqualRowsAreOneRow()
    {
        using var scope = NewDisposeScope();
        using var rotary = new RotaryEmbedding(Frequencies, [0, 0, 1, 1, 1, 2, 2, 2], CPU);
        long[] positions = [0, 1, 2, 50_000];
        var (one, _) = rotary.Angles(tensor(positions));
        var (three, _) = rotary.Angles(tensor((long[])[.. positions, .. positions, .. positions], [3, 4]));
        Assert.Equal(one.data<float>().ToArray(), three.data<float>().ToArray());
    }
}
