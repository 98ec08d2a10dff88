using System.Text.Json;
using System.Text.RegularExpressions;
using ResPrune.Golden;
using ResPrune.Inference.Pruning;
using ResPrune.Inference.Pruning.Kernels;
using ResPrune.Inference.Weights;
using TorchSharp;

namespace ResPrune.Inference.Tests.Pruning;

[Trait("Category", "Golden")]
public sealed partial class ResPruneGoldenTests
{
    private const string Area = "resprune";

    public static TheoryData<string> Cases() =>
        new(AllCases().EnumerateArray().Select(c => c.GetProperty("name").GetString()!));

    [Theory]
    [MemberData(nameof(Cases))]
    public void Selection_follows_the_reference_then_its_own_best(string name)
    {
        var (golden, request, u) = Load(name);
        var expected = golden.GetProperty("selection").EnumerateArray().Select(i => i.GetInt32()).ToArray();
        var prefix = golden.GetProperty("exact_prefix").GetInt32();

        foreach (var kernel in new DotKernel[] { new Vector512DotKernel(), new Vector256DotKernel() })
        {
            var selection = new ResPrunePruner(kernel).Select(request);

            Assert.Equal(expected.Length, selection.Order.Length);
            Assert.Equal(expected[..prefix], selection.Order[..prefix]);
            Assert.Equal(selection.Order.Order(), selection.Kept);
            var (values, count, width) = request.Tokens;
            var oracle = new GreedyOracle(values.ToArray(), count, width, u, request.Alpha, request.Epsilon);
            oracle.AssertEachPickIsBest(selection.Order, prefix, 1e-4);
        }
    }

    [Theory]
    [MemberData(nameof(Cases))]
    public unsafe void Relevance_is_the_reference(string name)
    {
        var (_, request, u) = Load(name);
        var (values, count, width) = request.Tokens;
        var expected = Doubles(name, "relevance")!;
        var relevance = new double[count];
        using var v = new PaddedRows(values.Span, count, width);
        using var words = new PaddedRows(u, u.Length / width, width);
        var scratch = new double[DotPanel.PackLength + (DotPanel.MaxVectors * count)];
        fixed (float* tokenRows = v.Values, wordRows = words.Values)
        fixed (double* pack = scratch)
        {
            var tokens = new RowMatrix((nint)tokenRows, count, v.Width);
            var norms = new double[count];
            for (var i = 0; i < count; i++) norms[i] = DotPanel.SquaredNorm(DotKernel.Best, tokens.Row(i), v.Width);
            var condition = new RowMatrix((nint)wordRows, words.Count, words.Width);
            TextRelevance.Compute(DotKernel.Best, tokens, norms, condition, pack, pack + DotPanel.PackLength, relevance);
        }

        for (var i = 0; i < count; i++) Assert.Equal(expected[i], relevance[i], 1e-9);
    }

    private static (JsonElement Golden, TokenSelectionRequest Request, float[] U) Load(string name)
    {
        var golden = AllCases().EnumerateArray().Single(c => c.GetProperty("name").GetString() == name);
        int count = golden.GetProperty("T").GetInt32(), width = golden.GetProperty("d").GetInt32();
        var v = Doubles(name, "V")!.Select(x => (float)x).ToArray();
        var u = Doubles(name, "U")?.Select(x => (float)x).ToArray() ?? [];
        var seed = golden.GetProperty("seed");
        float[] scores = [];
        if (seed.ValueKind == JsonValueKind.Number)
        {
            scores = new float[count];
            scores[seed.GetInt32()] = 1;
        }

        var request = new TokenSelectionRequest
        {
            Tokens = new VisualTokens(v, count, width),
            Budget = golden.GetProperty("k").GetInt32(),
            Condition = u,
            SeedScores = scores,
            Alpha = golden.GetProperty("alpha").GetDouble(),
            Epsilon = golden.GetProperty("epsilon").GetDouble(),
        };
        return (golden, request, u);
    }

    private static JsonElement AllCases()
    {
        // Python's json writes the infinities, which JSON does not have, as bare words; no test reads a value that is one.
        var text = File.ReadAllText(GoldenData.PathOf(Area, "cases.json"));
        using var document = JsonDocument.Parse(BareWord().Replace(text, "null"));
        return document.RootElement.Clone();
    }

    [GeneratedRegex(@"(?<=[\s:,\[])-?(?:Infinity|NaN)(?=[\s,\]}])")]
    private static partial Regex BareWord();

    private static double[]? Doubles(string name, string tensor)
    {
        using var file = SafetensorsFile.Open(GoldenData.PathOf(Area, $"{name}.safetensors"));
        if (!file.Entries.TryGetValue(tensor, out var entry)) return null;
        using var stored = file.Read(entry);
        using var wide = stored.to(torch.float64);
        return wide.data<double>().ToArray();
    }
}
