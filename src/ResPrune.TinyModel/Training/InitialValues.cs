using ResPrune.TinyModel.Scenes;

namespace ResPrune.TinyModel.Training;

/// <summary>
/// What each weight starts from. Three starts are not the usual ones, and each made questions that name an object learnable much sooner:
/// position embeddings are 2-D sinusoids (places are there to be read), the decoder's keys equal its queries (equal content attends to equal
/// content), and its output projections are the transposed value projections (what is attended to is copied).
/// </summary>
internal static class InitialValues
{
    private const float CopyGain = 0.15f;
    private const float PositionAmplitude = 0.5f;

    /// <summary>Fills a weight.</summary>
    /// <param name="name">Canonical name.</param>
    /// <param name="shape">Its shape, outputs first.</param>
    /// <param name="values">Where the values go.</param>
    /// <param name="find">Values of a weight filled before.</param>
    public static void Fill(string name, ReadOnlySpan<long> shape, Span<float> values, Func<string, float[]> find)
    {
        var language = name.StartsWith("language_model", StringComparison.Ordinal);
        if (name.EndsWith(".bias", StringComparison.Ordinal))
            values.Clear();
        else if (name.Contains("norm", StringComparison.Ordinal) || name.Contains("layrnorm", StringComparison.Ordinal))
            values.Fill(1);
        else if (name.EndsWith("position_embedding.weight", StringComparison.Ordinal))
            Sinusoids(values, (int)shape[1]);
        else if (language && name.Contains("k_proj", StringComparison.Ordinal))
            find(name.Replace("k_proj", "q_proj", StringComparison.Ordinal)).CopyTo(values);
        else if (language && name.Contains("o_proj", StringComparison.Ordinal))
            Transposed(find(name.Replace("o_proj", "v_proj", StringComparison.Ordinal)), values, (int)shape[0]);
        else
            Normal(name, values, Deviation(name, shape));
    }

    private static float Deviation(string name, ReadOnlySpan<long> shape)
    {
        long inputs = 1;
        for (var i = 1; i < shape.Length; i++)
            inputs *= shape[i];
        var plain = 1f / MathF.Sqrt(inputs);
        if (name.EndsWith("class_embedding", StringComparison.Ordinal))
            return 0.5f;
        if (name.Contains("linear_2", StringComparison.Ordinal))
            return 0.2f * plain;
        if (name.Contains("down_proj", StringComparison.Ordinal))
            return 0.15f * plain;
        if (name.Contains("out_proj", StringComparison.Ordinal) || name.Contains("fc2", StringComparison.Ordinal))
            return 0.5f * plain;
        return name.StartsWith("training.", StringComparison.Ordinal) ? 0.1f * plain : plain;
    }

    private static void Normal(string name, Span<float> values, float deviation)
    {
        ulong seed = 14695981039346656037;
        foreach (var letter in name)
            seed = (seed ^ letter) * 1099511628211;
        var random = new SceneRandom(seed);
        for (var i = 0; i < values.Length; i += 2)
        {
            var radius = MathF.Sqrt(-2 * MathF.Log(1 - random.NextFloat())) * deviation;
            var (sin, cos) = MathF.SinCos(2 * MathF.PI * random.NextFloat());
            values[i] = radius * cos;
            if (i + 1 < values.Length)
                values[i + 1] = radius * sin;
        }
    }

    private static void Transposed(float[] source, Span<float> values, int side)
    {
        for (var row = 0; row < side; row++)
        {
            for (var column = 0; column < side; column++)
                values[row * side + column] = CopyGain * source[column * side + row];
        }
    }

    /// <summary>Row 0 is the class token's; half of each other row tells the patch's row, half its column.</summary>
    private static void Sinusoids(Span<float> values, int width)
    {
        values.Clear();
        const int Grid = TinyModelShape.Grid;
        var quarter = width / 4;
        for (var patch = 0; patch < Grid * Grid; patch++)
        {
            var row = values.Slice((patch + 1) * width, width);
            for (var i = 0; i < quarter; i++)
            {
                var frequency = 2 * MathF.PI / (Grid * 2) * MathF.Pow(Grid * 0.8f, (float)i / quarter);
                (row[i], row[quarter + i]) = Wave(patch / Grid * frequency);
                (row[2 * quarter + i], row[3 * quarter + i]) = Wave(patch % Grid * frequency);
            }
        }
    }

    private static (float, float) Wave(float angle) => (PositionAmplitude * MathF.Sin(angle), PositionAmplitude * MathF.Cos(angle));
}
