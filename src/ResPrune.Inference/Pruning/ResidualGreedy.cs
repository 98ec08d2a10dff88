using ResPrune.Inference.Pruning.Kernels;

namespace ResPrune.Inference.Pruning;

/// <summary>
/// The greedy loop on one image, as a pivoted Cholesky factorisation of the Gram matrix V·Vᵀ (the same picks as orthogonalising V, see
/// <c>DESIGN.md</c> §4), in float64. A row of the Gram matrix is needed only when its token becomes a pivot; rows are computed a panel
/// of likely candidates at a time, so that most of the matrix never is. Lives on the stack of one call; memory is the caller's.
/// </summary>
internal unsafe ref struct ResidualGreedy
{
    /// <summary>The rank counts as used up when max e·w falls to this share of max ‖v‖².</summary>
    public const double ExhaustedShare = 1e-7;

    private const int CachedRows = 64;
    private const int Tile = DotKernel.TokenTile;

    private readonly DotKernel _kernel;
    private readonly RowMatrix _tokens;
    private readonly ReadOnlySpan<double> _squaredNorms;
    private readonly ReadOnlySpan<double> _weights;
    private readonly int _budget;
    private readonly int _stride;
    private readonly double _exhausted;

    // One workspace, in this order; _stride is T rounded up to whole tiles.
    private readonly double* _pack;
    private readonly double* _gram;       // [CachedRows, stride]  rows of V·Vᵀ
    private readonly double* _factor;     // [tiles, k, 64]        L, one contiguous stream a tile and step
    private readonly double* _energy;     // [stride]              e
    private readonly double* _live;       // [stride]              w, 0 once chosen and beyond T
    private readonly double* _score;      // [stride]              e·w
    private readonly double* _pivot;      // [k]                   the pivot's row of L
    private readonly double* _tileBest;   // [tiles]               largest score

    private int _rank;

    /// <summary>Prepares a run.</summary>
    /// <param name="kernel">The inner loops.</param>
    /// <param name="tokens">V [T, d].</param>
    /// <param name="squaredNorms">‖v_i‖², [T], finite.</param>
    /// <param name="weights">w, [T], at least 0.</param>
    /// <param name="budget">k, from 1 to T.</param>
    /// <param name="workspace"><see cref="WorkspaceLength"/> doubles, pinned; what is in them does not matter.</param>
    public ResidualGreedy(
        DotKernel kernel,
        RowMatrix tokens,
        ReadOnlySpan<double> squaredNorms,
        ReadOnlySpan<double> weights,
        int budget,
        double* workspace)
    {
        _kernel = kernel;
        _tokens = tokens;
        _squaredNorms = squaredNorms;
        _weights = weights;
        _budget = budget;
        _stride = Stride(tokens.Count);
        _pack = workspace;
        _gram = _pack + DotPanel.PackLength;
        _factor = _gram + ((nint)CachedRows * _stride);
        _energy = _factor + ((nint)budget * _stride);
        _live = _energy + _stride;
        _score = _live + _stride;
        _tileBest = _score + _stride;
        _pivot = _tileBest + (_stride / Tile);
        var largest = 0.0;
        foreach (var norm in squaredNorms) largest = Math.Max(largest, norm);
        _exhausted = ExhaustedShare * largest;
    }

    /// <summary>Doubles a run of this size needs; at least <see cref="DotPanel.MaxVectors"/>·T beyond the pack.</summary>
    public static int WorkspaceLength(int count, int budget)
    {
        var stride = Stride(count);
        return checked(DotPanel.PackLength + ((CachedRows + budget + 3) * stride) + (stride / Tile) + budget);
    }

    /// <summary>k distinct tokens in order of choice, the first of them <paramref name="seed"/>.</summary>
    public int[] Run(int seed)
    {
        var order = new int[_budget];
        using var slotOf = new Scratch<int>(_tokens.Count);
        slotOf.Span.Fill(-1);
        Span<int> tokenIn = stackalloc int[CachedRows];
        tokenIn.Fill(-1);
        Start();
        order[0] = seed;
        for (var chosen = 1; chosen < _budget; chosen++)
        {
            var pivot = order[chosen - 1];
            if (slotOf.Span[pivot] < 0) ComputePanel(pivot, _budget - chosen, slotOf.Span, tokenIn);
            var best = Deflate(pivot, slotOf.Span[pivot]);
            tokenIn[slotOf.Span[pivot]] = -1;
            slotOf.Span[pivot] = -1;
            if (best <= _exhausted)
            {
                Fill(order, chosen);
                break;
            }

            order[chosen] = FirstWithScore(best);
        }

        return order;
    }

    private static int Stride(int count) => (count + Tile - 1) / Tile * Tile;

    private readonly void Start()
    {
        var beyond = _stride - _tokens.Count;
        _squaredNorms.CopyTo(new Span<double>(_energy, _tokens.Count));
        _weights.CopyTo(new Span<double>(_live, _tokens.Count));
        new Span<double>(_live + _tokens.Count, beyond).Clear();
        new Span<double>(_score + _tokens.Count, beyond).Clear();
        for (var i = 0; i < _tokens.Count; i++) _score[i] = _energy[i] * _live[i];
    }

    /// <summary>Takes the pivot's direction out of every residual.</summary>
    /// <returns>The largest score left.</returns>
    private double Deflate(int pivot, int slot)
    {
        // A seed that is a zero row has no direction to take out: l = 0.
        var inverseRoot = _energy[pivot] > 0 ? 1 / Math.Sqrt(_energy[pivot]) : 0;
        _live[pivot] = 0;
        var own = _factor + ((nint)(pivot / Tile) * _budget * Tile) + (pivot % Tile);
        for (var s = 0; s < _rank; s++) _pivot[s] = own[s * Tile];
        var gram = _gram + ((nint)slot * _stride);
        var best = 0.0;
        for (var tile = 0; tile < _stride / Tile; tile++)
        {
            var at = tile * Tile;
            var factor = _factor + ((nint)at * _budget);
            _tileBest[tile] = _kernel.Deflate(
                _rank, factor, _pivot, inverseRoot, gram + at, _energy + at, _live + at, _score + at);
            best = Math.Max(best, _tileBest[tile]);
        }

        _rank++;
        return best;
    }

    /// <summary>The lowest index with this score.</summary>
    private readonly int FirstWithScore(double best)
    {
        var tile = new ReadOnlySpan<double>(_tileBest, _stride / Tile).IndexOf(best);
        return (tile * Tile) + new ReadOnlySpan<double>(_score + (tile * Tile), Tile).IndexOf(best);
    }

    /// <summary>Computes the Gram rows of the pivot and of the best candidates that have none yet.</summary>
    private readonly void ComputePanel(int pivot, int remaining, Span<int> slotOf, Span<int> tokenIn)
    {
        Span<int> panel = stackalloc int[DotPanel.MaxVectors];
        panel = panel[..Candidates(pivot, slotOf, panel[..Math.Min(panel.Length, remaining)])];
        Span<nint> results = stackalloc nint[DotPanel.MaxVectors];
        for (var j = 0; j < panel.Length; j++)
        {
            var slot = Slot(panel[j], j == 0, slotOf, tokenIn);
            if (slot < 0)
            {
                panel = panel[..j];
                break;
            }

            tokenIn[slot] = panel[j];
            slotOf[panel[j]] = slot;
            results[j] = (nint)(_gram + ((nint)slot * _stride));
        }

        using var rows = new Scratch<int>(_tokens.Count);
        var count = 0;
        for (var i = 0; i < _tokens.Count; i++)
            if (_live[i] > 0) rows.Span[count++] = i;
        DotPanel.Compute(_kernel, _tokens, rows.Span[..count], _tokens, panel, _pack, results[..panel.Length]);
    }

    /// <summary>The pivot, then the highest scores without a Gram row, best first. Returns how many there are.</summary>
    private readonly int Candidates(int pivot, ReadOnlySpan<int> slotOf, Span<int> panel)
    {
        panel[0] = pivot;
        var count = 1;
        for (var i = 0; i < slotOf.Length; i++)
        {
            if (slotOf[i] >= 0 || i == pivot || _score[i] <= _exhausted || _live[i] <= 0) continue;
            if (count == panel.Length && (count == 1 || _score[i] <= _score[panel[count - 1]])) continue;
            var at = count < panel.Length ? count++ : count - 1;
            for (; at > 1 && _score[panel[at - 1]] < _score[i]; at--) panel[at] = panel[at - 1];
            panel[at] = i;
        }

        return count;
    }

    /// <summary>
    /// An empty slot, or else the one whose token is least likely to be the next pivot; none (-1) when every token there is as likely as
    /// the newcomer, unless it <paramref name="must"/> have one.
    /// </summary>
    private readonly int Slot(int token, bool must, Span<int> slotOf, Span<int> tokenIn)
    {
        var least = 0;
        for (var slot = 0; slot < tokenIn.Length; slot++)
        {
            if (tokenIn[slot] < 0) return slot;
            if (_score[tokenIn[slot]] < _score[tokenIn[least]]) least = slot;
        }

        if (!must && _score[tokenIn[least]] >= _score[token]) return -1;
        slotOf[tokenIn[least]] = -1;
        return least;
    }

    /// <summary>Fills what is left of the budget by w·‖v‖² where no residual is left to tell tokens apart.</summary>
    private readonly void Fill(Span<int> order, int chosen)
    {
        for (var i = 0; i < _tokens.Count; i++) _score[i] = _weights[i] * _squaredNorms[i];
        foreach (var token in order[..chosen]) _score[token] = -1;
        for (; chosen < order.Length; chosen++)
        {
            var best = 0;
            for (var i = 1; i < _tokens.Count; i++)
                if (_score[i] > _score[best]) best = i;
            order[chosen] = best;
            _score[best] = -1;
        }
    }
}
