using ResPrune.Chaos.Faults;
using ResPrune.Inference.Engine;

namespace ResPrune.Chaos.Devices;

/// <summary>
/// A real engine whose device can be broken while it works. Broken, it does what is seen of a broken device from above the engine: requests throw
/// or are answered wrongly, and the check fails, from the same moment on.
/// </summary>
internal sealed class BreakableEngine : IVisionLanguageEngine
{
    /// <summary>What the process says when it is asked for something and its device is broken.</summary>
    public const string Broken = "chaos: the device is broken now";

    private const string Reason = "a matrix product came out wrong (chaos)";

    private readonly IVisionLanguageEngine _engine;
    private readonly string _orders;
    private readonly Lock _lock = new();
    private readonly TaskCompletionSource<string> _failure = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private DeviceOrder? _order;
    private int _rightAnswers;
    private bool _isBroken;

    /// <summary>Wraps an engine, which this one disposes.</summary>
    /// <param name="engine">The engine.</param>
    /// <param name="orders">File in which an order may come.</param>
    public BreakableEngine(IVisionLanguageEngine engine, string orders)
    {
        _engine = engine;
        _orders = orders;
        DeviceFailure = FirstFailureAsync();
    }

    /// <inheritdoc/>
    public ModelDescription Model => _engine.Model;

    /// <inheritdoc/>
    public EngineStatistics Statistics => _engine.Statistics;

    /// <inheritdoc/>
    public Task<string> DeviceFailure { get; }

    /// <inheritdoc/>
    public async Task CheckDeviceAsync(CancellationToken cancellationToken)
    {
        await _engine.CheckDeviceAsync(cancellationToken);
        // Afterwards: what was answered wrongly until now must be found.
        if (IsBroken(isAnswer: false)) throw Fail();
    }

    /// <inheritdoc/>
    public async Task<GenerationOutcome> GenerateAsync(GenerationRequest request, CancellationToken cancellationToken)
    {
        if (!IsBroken(isAnswer: true)) return await _engine.GenerateAsync(request, cancellationToken);
        switch (_order!.Kind)
        {
            case FaultKind.DeviceThrows:
                // Nothing that the engine knows: only the check tells that it is the device.
                throw new InvalidOperationException("unspecified launch failure (chaos)");
            case FaultKind.DeviceDies:
                throw Fail();
            default:
                var outcome = await _engine.GenerateAsync(request, cancellationToken);
                return outcome is GenerationResult result ? result with { Text = $"wrong {result.Text}" } : outcome;
        }
    }

    /// <inheritdoc/>
    public ValueTask DisposeAsync() => _engine.DisposeAsync();

    private async Task<string> FirstFailureAsync() => await await Task.WhenAny(_failure.Task, _engine.DeviceFailure);

    private DeviceFailedException Fail()
    {
        var exception = new DeviceFailedException(Model.Device, Reason);
        _failure.TrySetResult(exception.Message);
        return exception;
    }

    /// <summary>Whether it is broken; it is for ever, from the first answer that is one too many.</summary>
    private bool IsBroken(bool isAnswer)
    {
        lock (_lock)
        {
            if (_isBroken) return true;
            if (_order is null)
            {
                _order = DeviceOrder.Read(_orders);
                _rightAnswers = _order?.Answers ?? 0;
            }

            if (_order is null) return false;
            if (_rightAnswers > 0)
            {
                if (isAnswer) _rightAnswers--;
                return false;
            }

            _isBroken = true;
            Console.Error.WriteLine($"{Broken}: {_order.Kind}");
            return true;
        }
    }
}
