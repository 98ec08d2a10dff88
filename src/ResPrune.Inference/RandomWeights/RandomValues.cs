using System.Runtime.InteropServices;
using ResPrune.Inference.Weights;

namespace ResPrune.Inference.RandomWeights;

/// <summary>
/// bfloat16 values for weights that were never trained: uniform with the spread Hugging Face initialises with, because normal ones would take
/// longer to make than to write; ones for the scale of norms, zeros for biases. The same seed gives the same values.
/// </summary>
internal sealed class RandomValues
{
    /// <summary>Standard deviation that Hugging Face initialises layers with.</summary>
    private const float Spread = 0.02f;

    /// <summary>A value for every 16 random bits.</summary>
    private static readonly ushort[] Table = MakeTable();

    private ulong _state;

    /// <param name="seed">Where the sequence begins.</param>
    public RandomValues(long seed) => _state = (ulong)seed;

    /// <summary>Fills a part of a tensor; its length is a multiple of 8 but at the end.</summary>
    public void Fill(WeightShape tensor, Span<byte> bytes)
    {
        var values = MemoryMarshal.Cast<byte, ushort>(bytes);
        if (tensor.Shape.Count == 1 && tensor.Name.EndsWith(".weight", StringComparison.Ordinal)) values.Fill(BFloat16(1));
        else if (tensor.Name.EndsWith(".bias", StringComparison.Ordinal)) values.Clear();
        else Fill(values);
    }

    private void Fill(Span<ushort> values)
    {
        var table = Table;
        var i = 0;
        for (; i + 4 <= values.Length; i += 4)
        {
            var bits = Next();
            values[i] = table[(ushort)bits];
            values[i + 1] = table[(ushort)(bits >> 16)];
            values[i + 2] = table[(ushort)(bits >> 32)];
            values[i + 3] = table[(ushort)(bits >> 48)];
        }

        for (; i < values.Length; i++) values[i] = table[(ushort)Next()];
    }

    /// <summary>SplitMix64 (Steele, Lea, Flood 2014).</summary>
    private ulong Next()
    {
        var z = _state += 0x9E3779B97F4A7C15;
        z = (z ^ (z >> 30)) * 0xBF58476D1CE4E5B9;
        z = (z ^ (z >> 27)) * 0x94D049BB133111EB;
        return z ^ (z >> 31);
    }

    private static ushort[] MakeTable()
    {
        var half = Spread * MathF.Sqrt(3);
        var table = new ushort[1 << 16];
        for (var i = 0; i < table.Length; i++) table[i] = BFloat16(half * ((i - short.MaxValue) / (float)short.MaxValue));
        return table;
    }

    // The upper half of a float32, cut off: how these weights are rounded does not matter.
    private static ushort BFloat16(float value) => (ushort)(BitConverter.SingleToUInt32Bits(value) >> 16);
}
