using ResPrune.Inference.Models.Language;
using static TorchSharp.torch;

namespace ResPrune.Inference.Engine;

/// <summary>
/// A computation with a known result, to see whether a device still computes rightly: a matrix product that is exact in every type, and the language
/// model's logits for a few fixed tokens, which must be what they were when the model was loaded. The second reads every weight of the language
/// model, so memory that has changed shows. Costs about one decoding step. Called on the device thread only.
/// </summary>
internal sealed class DeviceCanary(DecoderModel language)
{
    private const int Size = 64;
    private const int Tokens = 8;

    // Of the logits' spread: far above what rounding in another order costs in half precision, far below what a broken device gives.
    private const float Tolerance = 0.02f;

    private float[]? _expected;

    /// <summary>
    /// Computes; what came out wrong, or null when everything was right. The first call remembers the logits that later ones are compared with.
    /// </summary>
    /// <exception cref="Exception">Whatever the device's library throws.</exception>
    public string? Check()
    {
        using var scope = NewDisposeScope();
        return CheckProduct() ?? CheckLogits();
    }

    private string? CheckProduct()
    {
        // Zeros and ones: every sum is a whole number below 65, which bfloat16 holds exactly.
        var values = new float[Size * Size];
        for (var i = 0; i < values.Length; i++) values[i] = (i * 7919L % 31) % 2;
        var matrix = tensor(values, [Size, Size], device: CPU).to(language.Device).to_type(language.DType);
        var product = ToHost(matrix.matmul(matrix));
        for (var row = 0; row < Size; row++)
        {
            for (var column = 0; column < Size; column++)
            {
                var expected = 0f;
                for (var k = 0; k < Size; k++) expected += values[(row * Size) + k] * values[(k * Size) + column];
                var found = product[(row * Size) + column];
                if (found != expected) return $"a matrix product that must be {expected} came out as {found}";
            }
        }

        return null;
    }

    private string? CheckLogits()
    {
        var ids = Enumerable.Range(1, Tokens).Select(i => i * 7919L % language.Config.VocabularySize).ToArray();
        var embeds = language.Embed(tensor(ids, device: language.Device)); // [N, C]
        var positions = tensor(Enumerable.Range(0, Tokens).Select(i => (long)i).ToArray(), device: language.Device); // [N]
        var hidden = language.Forward(embeds, positions, new MaskedAttention(1, mask: null)); // [N, C]
        var logits = ToHost(language.Logits(hidden.narrow(0, Tokens - 1, 1))); // [V]
        if (Array.Exists(logits, logit => !float.IsFinite(logit))) return "the logits of a fixed prompt are not finite";
        if (_expected is null)
        {
            _expected = logits;
            return null;
        }

        var spread = _expected.Max() - _expected.Min();
        var worst = 0f;
        for (var i = 0; i < logits.Length; i++) worst = Math.Max(worst, Math.Abs(logits[i] - _expected[i]));
        return worst <= Tolerance * spread ? null : $"the logits of a fixed prompt are off by {worst / spread:P0} of their spread from what they were at loading";
    }

    private static float[] ToHost(Tensor values) => values.to_type(ScalarType.Float32).cpu().contiguous().data<float>().ToArray();
}
