using System.Diagnostics;
using System.Globalization;
using ResPrune.Inference.Engine.Accounting;
using ResPrune.Inference.Models;
using ResPrune.Inference.Models.Language;
using ResPrune.Inference.Pruning;
using ResPrune.Inference.Sampling;
using ResPrune.Inference.Tokenization;
using static TorchSharp.torch;

namespace ResPrune.Inference.Engine;

/// <summary>
/// Takes a micro-batch through encode (11, 12), prune (13), prefill and decode (14). Called on the device thread only; every tensor it makes
/// lives in its dispose scopes.
/// </summary>
internal sealed class MicroBatchRunner : IDisposable
{
    private readonly IModelCheckpoint _checkpoint;
    private readonly IVisionLanguageModel _model;
    private readonly ITokenizer _tokenizer;
    private readonly DeviceInstruments? _instruments;
    private readonly KvCache _cache;
    private readonly MemoryPlan _memory;
    private readonly PrefillCost _cost;
    private readonly PromptEmbedder _embedder;
    private readonly PrefillCalibration _calibration = new();
    private readonly DeviceCanary _canary;
    private long _lastStep = Stopwatch.GetTimestamp();

    public MicroBatchRunner(
        IModelCheckpoint checkpoint, IVisionLanguageModel model, ITokenizer tokenizer, DeviceMemory memory, DeviceInstruments? instruments)
    {
        _checkpoint = checkpoint;
        _model = model;
        _tokenizer = tokenizer;
        _instruments = instruments;
        var text = checkpoint.Text;
        _cache = new KvCache(text, model.Language.Device, model.Language.DType);
        var elementSize = model.Language.DType == ScalarType.Float32 ? 4 : 2;
        _memory = new MemoryPlan(memory, new ActivationCost(checkpoint.Encoder, text, elementSize), _cache.BytesPerToken);
        _cost = new PrefillCost(text.Layers, text.HiddenSize, text.IntermediateSize, text.KeyValueHeads, text.HeadSize);
        _embedder = new PromptEmbedder(model.Language);
        _canary = new DeviceCanary(model.Language);
        DeviceName = model.Language.Device.ToString();
    }

    /// <summary>Time since a stage ended or a token was made. For any thread.</summary>
    public TimeSpan SinceLastStep => Stopwatch.GetElapsedTime(Volatile.Read(ref _lastStep));

    /// <summary>Bytes of the KV cache as it is allocated. For any thread.</summary>
    public long CacheBytes => _cache.Bytes;

    /// <summary>The device, for messages.</summary>
    public string DeviceName { get; }

    /// <summary>Lets the device compute something with a known result; what came out wrong, or null.</summary>
    public string? CheckDevice()
    {
        NoteStep();
        return _canary.Check();
    }

    /// <summary>The device thread has come further.</summary>
    public void NoteStep() => Volatile.Write(ref _lastStep, Stopwatch.GetTimestamp());

    /// <summary>Cuts a batch into parts for which there is memory; before it cuts, what is held for nothing is given back.</summary>
    public IReadOnlyList<MicroBatch> Plan(IReadOnlyList<PreparedRequest> batch)
    {
        var parts = _memory.Cut(batch, _cache.Bytes);
        if (parts.Count == 1 && parts[0].IsWhole) return parts;
        _cache.Release(KvCache.KeptBytes);
        ProcessMemory.ReleaseFreed();
        parts = _memory.Cut(batch, _cache.Bytes);
        if (parts.All(part => part.IsWhole)) return parts;

        // The runtime knows nothing of a limit such as ulimit's, and lets garbage grow up to it.
        ProcessMemory.ReleaseGarbage();
        return _memory.Cut(batch, _cache.Bytes);
    }

    /// <summary>Tokens of a request that there is memory for.</summary>
    public long RoomTokens => _memory.RoomTokens(_cache.Bytes);

    /// <summary>Gives back what the cache holds, and what torch has freed, to the device or the system.</summary>
    /// <param name="kept">Bytes that may stay.</param>
    /// <returns>Whether there was a cache.</returns>
    public bool Release(long kept)
    {
        if (!_cache.Release(kept)) return false;
        ProcessMemory.ReleaseFreed();
        return true;
    }

    /// <summary>Answers every request of the batch; <paramref name="completed"/> is called for each as soon as its answer ends.</summary>
    public void Run(MicroBatch part, Action<Sequence, GenerationOutcome> completed)
    {
        using var scope = NewDisposeScope();
        var batch = part.Requests;
        var started = Stopwatch.GetTimestamp();
        var images = Encode(batch);
        var encodeSeconds = EndStage("encode", ref started) / batch.Count;
        var sequences = Prune(batch, images);
        var pruneSeconds = EndStage("prune", ref started) / batch.Count;
        Prefill(sequences, images, part.Positions);
        var prefillSeconds = EndPrefill(sequences, EndStage("prefill", ref started)) / batch.Count;

        Decode([.. sequences], sequence => completed(sequence, sequence.Finished is null && !IsCancelled(sequence)
            ? OutOfPositions(sequence)
            : Result(sequence, encodeSeconds, pruneSeconds, prefillSeconds)));
        EndStage("decode", ref started);
        _cache.Trim();
    }

    public void Dispose() => _cache.Dispose();

    /// <summary>(11), (12): every distinct picture once, whatever the number of questions about it.</summary>
    private Dictionary<(string, ImageSizeLimits), EncodedImage> Encode(IReadOnlyList<PreparedRequest> batch)
    {
        using var scope = NewDisposeScope();
        var distinct = batch.DistinctBy(prepared => prepared.ImageKey).ToArray();
        var embeddings = _model.Encode([.. distinct.Select(prepared => prepared.Image)]);
        var pruned = batch.Where(prepared => prepared.IsPruned).Select(prepared => prepared.ImageKey).ToHashSet();
        var images = new Dictionary<(string, ImageSizeLimits), EncodedImage>();
        for (var i = 0; i < distinct.Length; i++)
        {
            var key = distinct[i].ImageKey;
            var (tokens, seeds) = embeddings[i]; // [T, C], [T]
            tokens.MoveToOuterDisposeScope();
            images[key] = pruned.Contains(key)
                ? new EncodedImage(tokens, new VisualTokens(ToHost(tokens), (int)tokens.size(0), (int)tokens.size(1)), seeds is null ? default(ReadOnlyMemory<float>) : ToHost(seeds))
                : new EncodedImage(tokens, null, default);
        }

        return images;
    }

    /// <summary>(13): on the host, in float32, one picture and question at a time; the samples of a batch side by side, since none sees another.</summary>
    private Sequence[] Prune(IReadOnlyList<PreparedRequest> batch, Dictionary<(string, ImageSizeLimits), EncodedImage> images)
    {
        var requests = batch.Select(prepared => SelectionRequest(prepared, images[prepared.ImageKey])).ToArray();
        var sequences = new Sequence[batch.Count];
        void Select(int i)
        {
            var (layout, options) = (batch[i].Image.Layout, batch[i].Request.Pruning);
            var selection = requests[i] is { } request
                ? VisualTokenSelector.Select(VisualTokenPruners.Create(options.Pruner), layout, options.Scope, request)
                : VisualSelection.KeepAll(layout);
            sequences[i] = new Sequence(batch[i], selection);
        }

        if (requests.Count(request => request is not null) > 1) Parallel.For(0, sequences.Length, Select);
        else for (var i = 0; i < sequences.Length; i++) Select(i);
        return sequences;
    }

    private TokenSelectionRequest? SelectionRequest(PreparedRequest prepared, EncodedImage image)
    {
        if (image.HostTokens is not { } tokens || !prepared.IsPruned) return null;
        var options = prepared.Request.Pruning;
        return new TokenSelectionRequest
        {
            Tokens = tokens,
            Budget = prepared.Budget,
            Condition = prepared.ConditionIds.Count == 0 ? default(ReadOnlyMemory<float>) : _embedder.HostRows(prepared.ConditionIds),
            SeedScores = image.SeedScores,
            Alpha = options.Alpha ?? _checkpoint.DefaultAlpha,
            Epsilon = options.Epsilon,
            RandomSeed = RandomPruner.SeedFor(options.Seed, prepared.ImageDigest),
        };
    }

    /// <summary>(14): prompts packed one after another; leaves each sequence with its first token.</summary>
    private void Prefill(Sequence[] sequences, Dictionary<(string, ImageSizeLimits), EncodedImage> images, int positions)
    {
        using var scope = NewDisposeScope();
        if (!_cache.Fits(sequences.Length, positions))
        {
            // Nothing is cached yet, so that the old memory need not lie beside the new; and the encoder's may be as much as the cache grows by.
            _cache.Release(kept: 0);
            ProcessMemory.ReleaseFreed();
        }

        _cache.Reserve(sequences.Length, positions);
        var lengths = sequences.Select(sequence => sequence.CachedTokens).ToArray();
        var embeds = _embedder.Pack([.. sequences.Select(sequence => Prompt(sequence, images))]); // [N, C]
        foreach (var image in images.Values) image.Tokens.Dispose(); // what was kept lies in the prompts now
        var positionIds = PromptPositions.Pack([.. sequences.Select(sequence => sequence.Positions)], _model.Language.Device); // [N] or [3, N]
        var hidden = _model.Language.Forward(embeds, positionIds, new PrefillAttention(_cache, lengths)); // [N, C]
        var ends = new long[lengths.Length];
        long end = 0;
        for (var i = 0; i < ends.Length; i++) ends[i] = (end += lengths[i]) - 1;
        var last = hidden.index_select(0, tensor(ends, device: _model.Language.Device)); // [B, C]
        Sample(sequences, _model.Language.Logits(last));
    }

    private static PromptPart Prompt(Sequence sequence, Dictionary<(string, ImageSizeLimits), EncodedImage> images)
    {
        var prepared = sequence.Prepared;
        return new PromptPart(prepared.PromptIds, prepared.ImagePosition, images[prepared.ImageKey].Tokens, sequence.Selection.Kept);
    }

    /// <summary>Token by token until every answer has ended; the running sequences stay packed in the first slots.</summary>
    private void Decode(List<Sequence> running, Action<Sequence> ended)
    {
        while (true)
        {
            Retire(running, ended);
            if (running.Count == 0) return;
            var started = Stopwatch.GetTimestamp();
            using var scope = NewDisposeScope();
            var device = _model.Language.Device;
            var lengths = running.Select(sequence => sequence.CachedTokens).ToArray();
            var ids = tensor(running.Select(sequence => (long)sequence.Generated[^1]).ToArray(), device: device); // [B]
            var positions = tensor(running.Select(sequence => (long)sequence.Position).ToArray(), device: device); // [B]
            using var attention = new DecodeAttention(_cache, lengths, device);
            var hidden = _model.Language.Forward(_model.Language.Embed(ids), positions, attention); // [B, C]
            foreach (var sequence in running) sequence.CachedTokens++;
            Sample(running, _model.Language.Logits(hidden));
            var share = Stopwatch.GetElapsedTime(started).TotalSeconds / running.Count;
            foreach (var sequence in running) sequence.DecodeSeconds += share;
            NoteStep();
        }
    }

    private void Retire(List<Sequence> running, Action<Sequence> ended)
    {
        for (var slot = running.Count - 1; slot >= 0; slot--)
        {
            var sequence = running[slot];
            var isOut = sequence.CachedTokens >= _cache.Positions;
            if (sequence.Finished is null && !isOut && !IsCancelled(sequence)) continue;
            ended(sequence);
            var last = running.Count - 1;
            if (slot != last)
            {
                running[slot] = running[last];
                _cache.Move(last, slot, running[slot].CachedTokens);
            }

            running.RemoveAt(last);
        }
    }

    private static bool IsCancelled(Sequence sequence) => sequence.Prepared.Pending.CancellationToken.IsCancellationRequested;

    private GenerationFailure OutOfPositions(Sequence sequence)
    {
        var prepared = sequence.Prepared;
        return new GenerationFailure(prepared.Request.RequestId, prepared.ImageDigest, FailureReason.OutOfMemory, string.Create(
            CultureInfo.InvariantCulture,
            $"The answer had {sequence.Generated.Count} tokens and had not ended when there was no memory for more: {_cache.Positions} tokens fit, "
            + $"the prompt has {prepared.PromptTokens}. Ask for at most {Math.Max(0, _cache.Positions - prepared.PromptTokens)} tokens."));
    }

    private void Sample(IReadOnlyList<Sequence> sequences, Tensor logits)
    {
        var vocabulary = (int)logits.size(1);
        using var host = logits.cpu();
        var values = host.data<float>().ToArray();
        for (var i = 0; i < sequences.Count; i++)
        {
            var sequence = sequences[i];
            var sampling = sequence.Prepared.Sampling;
            var row = values.AsSpan(i * vocabulary, vocabulary);
            ApplyRules(row, sequence);
            var token = Sampler.Next(row, sampling, new SampleStream(sampling.Seed), sequence.Generated.Count);
            sequence.Append(token, _checkpoint.EosTokenIds);
        }
    }

    private void ApplyRules(Span<float> logits, Sequence sequence)
    {
        var (rules, penalty) = (_checkpoint.Generation, sequence.Prepared.Sampling.RepetitionPenalty ?? 1);
        if (!rules.HasRules && penalty == 1) return;
        LogitRules.Apply(logits, rules, penalty, _checkpoint.EosTokenIds, sequence.Context, sequence.Seen, sequence.Generated.Count);
    }

    private GenerationResult Result(Sequence sequence, double encodeSeconds, double pruneSeconds, double prefillSeconds)
    {
        var prepared = sequence.Prepared;
        var layout = prepared.Image.Layout;
        var usage = new TokenUsage(
            prepared.PromptTokens, sequence.Generated.Count, layout.Tokens, prepared.VisualTokensKept, layout.Newlines.Count);
        var unpruned = prepared.TextTokens + layout.Tokens;
        var bytes = BytesPerValue;
        var work = new RequestWork(
            prepared.PreprocessSeconds,
            encodeSeconds,
            pruneSeconds,
            prefillSeconds,
            sequence.DecodeSeconds,
            _cost.Flops(prepared.PromptTokens),
            _cost.Flops(unpruned),
            _cost.KvBytes(prepared.PromptTokens, bytes),
            _cost.KvBytes(unpruned, bytes));
        var text = _tokenizer.Decode([.. sequence.Generated], skipSpecialTokens: true).Trim();
        return new GenerationResult(prepared.Request.RequestId, prepared.ImageDigest, text, sequence.Finished ?? FinishReason.Length, usage, work);
    }

    private int BytesPerValue => _cache.DType == ScalarType.Float32 ? 4 : 2;

    private double EndPrefill(Sequence[] sequences, double seconds)
    {
        var kept = sequences.Sum(sequence => sequence.Prepared.PromptTokens);
        var total = sequences.Sum(sequence => sequence.Prepared.TextTokens + sequence.Prepared.Image.Layout.Tokens);
        _calibration.Note(kept, seconds);
        _instruments?.Prefilled(
            _calibration.SecondsPerToken, total - kept, _cost.KvBytes(kept, BytesPerValue), _cost.KvBytes(total, BytesPerValue));
        return seconds;
    }

    private double EndStage(string stage, ref long started)
    {
        var seconds = Stopwatch.GetElapsedTime(started).TotalSeconds;
        NoteStep();
        _instruments?.StageEnded(stage, seconds);
        started = Stopwatch.GetTimestamp();
        return seconds;
    }

    private static float[] ToHost(Tensor tensor)
    {
        using var host = tensor.to(ScalarType.Float32, CPU).contiguous();
        return host.data<float>().ToArray();
    }
}
