using ResPrune.Inference.Models.Language;
using static TorchSharp.torch;

namespace ResPrune.TinyModel.Training;

[Collection(TensorCollection.Name)]
public sealed class PackedAttentionTests
{
    private const int Visual = 5, Rows = 2, Width = 4, Heads = 3, Size = 8;

    [Fact]
    public void EachRowIsAnsweredAsIfItStoodAloneBehindThePicture()
    {
        using var scope = NewDisposeScope();
        var (query, key, value) = (Random(1), Random(2), Random(3));
        var mask = tensor(Enumerable.Range(0, Rows * Width * Width).Select(i => i % Width > i / Width % Width ? -30000f : 0f).ToArray())
            .view(1, 1, Rows, Width, Width);

        var packed = new PackedAttention(1, Visual, Rows, Width, mask).Attend(0, query, key, value);

        for (var row = 0; row < Rows; row++)
        {
            var alone = cat([arange(Visual), arange(Visual + row * Width, Visual + (row + 1) * Width)], 0);
            var expected = new MaskedAttention(1, null).Attend(0, query.index_select(0, alone), key.index_select(0, alone), value.index_select(0, alone));
            var difference = (packed.index_select(0, alone) - expected).abs().max().item<float>();
            Assert.InRange(difference, 0, 1e-5);
        }
    }

    private static Tensor Random(int seed)
    {
        var random = new Scenes.SceneRandom((ulong)seed);
        return tensor(Enumerable.Range(0, (Visual + Rows * Width) * Heads * Size).Select(_ => random.Symmetric(1)).ToArray()).view(-1, Heads, Size);
    }
}
