using ResPrune.Inference.Pruning;

namespace ResPrune.Inference.Engine;

/// <summary>A request in decode: its place in the cache and what it has said so far.</summary>
internal sealed class Sequence(PreparedRequest prepared, VisualSelection selection)
{
    private readonly List<int> _generated = [];
    private List<int>? _context;
    private HashSet<int>? _seen;

    public PreparedRequest Prepared { get; } = prepared;

    /// <summary>Which visual tokens it kept.</summary>
    public VisualSelection Selection { get; } = selection;

    /// <summary>Positions of its prompt.</summary>
    public PromptPositions Positions { get; } =
        PromptPositions.Of(prepared.ImagePosition, prepared.TextTokens, prepared.Image.Layout, selection.Kept);

    /// <summary>Position of the last token generated, which the next step computes.</summary>
    public int Position => Positions.Next + CachedTokens - Prepared.PromptTokens;

    /// <summary>Tokens in the cache.</summary>
    public int CachedTokens { get; set; } = prepared.PromptTokens;

    /// <summary>Ids generated so far.</summary>
    public IReadOnlyList<int> Generated => _generated;

    /// <summary>Ids of the prompt, with one placeholder, and of the answer so far; asked for only where rules look at them.</summary>
    public IReadOnlyList<int> Context => _context ??= [.. Prepared.PromptIds, .. _generated];

    /// <summary>The same ids, each once.</summary>
    public IReadOnlySet<int> Seen => _seen ??= [.. Context];

    /// <summary>Set when the answer has ended.</summary>
    public FinishReason? Finished { get; private set; }

    /// <summary>This sequence's share of the decode steps so far, in seconds.</summary>
    public double DecodeSeconds { get; set; }

    /// <summary>Takes the next token and decides whether the answer ends with it. The end-of-sequence token itself is not kept.</summary>
    public void Append(int token, IReadOnlyList<int> eosTokenIds)
    {
        if (!Prepared.Sampling.IgnoreEos && eosTokenIds.Contains(token))
        {
            Finished = FinishReason.Stop;
            return;
        }

        _generated.Add(token);
        _context?.Add(token);
        _seen?.Add(token);
        if (_generated.Count >= Prepared.MaxTokens) Finished = FinishReason.Length;
    }
}
