using BenchmarkDotNet.Attributes;
using ResPrune.Inference.Pruning;
using ResPrune.Inference.Pruning.Kernels;

namespace ResPrune.Benchmarks;

/// <summary>The selector on one image and one core: LLaVA-1.5-7B's tokens and the bundled model's, at a third and a ninth.</summary>
[MemoryDiagnoser]
public class SelectorBenchmarks
{
    private const int Words = 4;
    private const double Alpha = 0.75;

    private readonly ResPrunePruner _pruner = new();
    private readonly ResPrunePruner _narrow = new(new Vector256DotKernel());
    private float[] _v = [];
    private float[] _u = [];
    private TokenSelectionRequest _request;

    /// <summary>Visual tokens T, width d, budget k.</summary>
    [Params("576x4096 k=64", "576x4096 k=192", "144x192 k=16", "144x192 k=48")]
    public string Shape { get; set; } = "";

    [GlobalSetup]
    public void Setup()
    {
        var parts = Shape.Split('x', ' ', '=');
        int count = int.Parse(parts[0], null), width = int.Parse(parts[1], null), budget = int.Parse(parts[3], null);
        var random = new Random(1);
        _v = new float[count * width];
        _u = new float[Words * width];

        // A falling spectrum around a common mean, as hidden states have: more candidates turn out useless than on plain noise.
        for (var i = 0; i < _v.Length; i++) _v[i] = ((float)(random.NextDouble() - 0.5) * MathF.Pow(1 + (i % width), -0.4f)) + 0.05f;
        for (var i = 0; i < _u.Length; i++) _u[i] = (float)random.NextDouble() - 0.5f;
        _request = new TokenSelectionRequest
        {
            Tokens = new VisualTokens(_v, count, width),
            Budget = budget,
            Condition = _u,
            Alpha = Alpha,
        };
        if (!Naive().AsSpan().SequenceEqual(Selector())) throw new InvalidOperationException($"{Shape}: the two select differently.");
    }

    [Benchmark(Baseline = true)]
    public int[] Naive() => NaiveSelector.Select(_v, _request.Tokens.Count, _request.Tokens.Width, _u, _request.Budget, Alpha);

    [Benchmark]
    public int[] Selector() => _pruner.Select(_request).Order;

    [Benchmark]
    public int[] SelectorAvx2() => _narrow.Select(_request).Order;
}
