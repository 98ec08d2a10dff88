namespace ResPrune.Cli.Hub;

/// <summary>The body of an answer, which must keep coming: a connection that hardly moves counts as cut.</summary>
internal sealed class HubBody : IAsyncDisposable
{
    private readonly Stream _body;
    private readonly string _host;
    private readonly HubLimits _limits;
    private readonly CancellationTokenSource _deadline;
    private readonly CancellationTokenSource _either;
    private readonly CancellationToken _cancellationToken;
    private int _sinceReset;

    /// <summary>Begins to watch.</summary>
    public HubBody(Stream body, string host, HubLimits limits, TimeProvider time, CancellationToken cancellationToken)
    {
        _body = body;
        _host = host;
        _limits = limits;
        _cancellationToken = cancellationToken;
        _deadline = new CancellationTokenSource(limits.StallTimeout, time);
        _either = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken, _deadline.Token);
    }

    /// <summary>Reads what has come; 0 at the end.</summary>
    /// <exception cref="HubException">The connection was cut, or nearly nothing came for a while.</exception>
    public async ValueTask<int> ReadAsync(Memory<byte> buffer)
    {
        try
        {
            var count = await _body.ReadAsync(buffer, _either.Token);
            _sinceReset += count;
            if (_sinceReset >= _limits.StallBytes)
            {
                _sinceReset = 0;
                _deadline.CancelAfter(_limits.StallTimeout);
            }

            return count;
        }
        catch (Exception exception) when (exception is IOException or HttpRequestException)
        {
            throw new HubException(HubFailure.Unreachable, $"{_host} cut the connection: {exception.Message.TrimEnd('.')}.", exception) { IsTransient = true };
        }
        catch (OperationCanceledException exception) when (!_cancellationToken.IsCancellationRequested)
        {
            throw new HubException(
                HubFailure.Unreachable,
                FormattableString.Invariant($"{_host} sent less than {_limits.StallBytes} bytes in {_limits.StallTimeout.TotalSeconds:0.#} s."),
                exception)
            {
                IsTransient = true,
            };
        }
    }

    /// <summary>Reads it to its end.</summary>
    /// <param name="limit">The most bytes it may have.</param>
    /// <exception cref="HubException">It has more, or the connection was cut.</exception>
    public async Task<ReadOnlyMemory<byte>> ReadToEndAsync(long limit)
    {
        using var all = new MemoryStream();
        var buffer = new byte[64 << 10];
        while (await ReadAsync(buffer) is > 0 and var count)
        {
            if (all.Length + count > limit)
                throw new HubException(HubFailure.Protocol, FormattableString.Invariant($"{_host} answers with more than {limit} bytes of JSON."));
            all.Write(buffer, 0, count);
        }

        return all.ToArray();
    }

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        // Before the body: else disposing it may wait for the rest of it.
        await _either.CancelAsync();
        await _body.DisposeAsync();
        _either.Dispose();
        _deadline.Dispose();
    }
}
