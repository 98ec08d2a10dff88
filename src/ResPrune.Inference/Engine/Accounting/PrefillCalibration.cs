namespace ResPrune.Inference.Engine.Accounting;

/// <summary>
/// What one more token costs in prefill on this device, fitted to its own micro-batches: the slope of the least-squares line of time against
/// tokens, recent batches weighing more. What a batch costs whatever its size (kernel launches, the head) is in the intercept and so not
/// counted as saved. For one thread.
/// </summary>
internal sealed class PrefillCalibration
{
    /// <summary>Weight of a micro-batch against the next one.</summary>
    private const double Memory = 0.99;

    /// <summary>Relative spread of the sizes below which a slope would be noise; time then counts as proportional to tokens.</summary>
    private const double LeastSpread = 0.05;

    private double _weight;
    private double _tokens;
    private double _seconds;
    private double _tokensSquared;
    private double _tokensSeconds;
    private bool _warm;

    /// <summary>Seconds a token; 0 before the second micro-batch. Between 0 and the mean time a token.</summary>
    public double SecondsPerToken
    {
        get
        {
            if (_tokens == 0) return 0;
            var mean = _seconds / _tokens;
            var spread = (_weight * _tokensSquared) - (_tokens * _tokens);
            if (spread < LeastSpread * LeastSpread * _tokens * _tokens) return mean;
            return Math.Clamp(((_weight * _tokensSeconds) - (_tokens * _seconds)) / spread, 0, mean);
        }
    }

    /// <summary>A micro-batch was prefilled. The first one is left out: it warms the device up.</summary>
    public void Note(int tokens, double seconds)
    {
        if (!_warm)
        {
            _warm = true;
            return;
        }

        _weight = (Memory * _weight) + 1;
        _tokens = (Memory * _tokens) + tokens;
        _seconds = (Memory * _seconds) + seconds;
        _tokensSquared = (Memory * _tokensSquared) + ((double)tokens * tokens);
        _tokensSeconds = (Memory * _tokensSeconds) + (tokens * seconds);
    }
}
