using BenchmarkDotNet.Attributes;
using ResPrune.Inference.Engine;
using ResPrune.Inference.Sampling;

namespace ResPrune.Benchmarks;

/// <summary>One decode step of one request over LLaMA's vocabulary, against sorting all of it.</summary>
[MemoryDiagnoser]
public class SamplerBenchmarks
{
    private const int Vocabulary = 32_000;
    private readonly float[] _logits = new float[Vocabulary];
    private readonly SamplingParameters _warm = new() { Temperature = 0.7 };
    private readonly SamplingParameters _nucleus = new() { Temperature = 0.7, TopP = 0.9 };
    private readonly SamplingParameters _top = new() { Temperature = 0.7, TopK = 50, TopP = 0.9 };
    private int _step;

    [GlobalSetup]
    public void Setup()
    {
        var random = new Random(1);
        for (var i = 0; i < Vocabulary; i++) _logits[i] = 3 * (float)(Math.Sqrt(-2 * Math.Log(1 - random.NextDouble())) * Math.Cos(6.283 * random.NextDouble()));
    }

    [Benchmark(Baseline = true)]
    public int SortAll()
    {
        var ids = Enumerable.Range(0, Vocabulary).ToArray();
        var keys = _logits.Select(logit => -logit).ToArray();
        Array.Sort(keys, ids);
        return ids[0];
    }

    [Benchmark]
    public int Greedy() => Sampler.ArgMax(_logits);

    [Benchmark]
    public int Temperature() => Sampler.Next(_logits, _warm, new SampleStream(1), _step++);

    [Benchmark]
    public int TopP() => Sampler.Next(_logits, _nucleus, new SampleStream(1), _step++);

    [Benchmark]
    public int TopKTopP() => Sampler.Next(_logits, _top, new SampleStream(1), _step++);
}
