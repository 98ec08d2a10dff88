namespace ResPrune.Inference.Engine;

/// <summary>
/// A device does not compute rightly any more: its driver says so (a sticky CUDA error, ECC, a lost device), or a computation with a known result came out
/// wrong. Nothing that is computed on it from now on counts; only a new process may try it again.
/// </summary>
public sealed class DeviceFailedException : Exception
{
    /// <summary>Creates the exception.</summary>
    /// <param name="device">The device, for example <c>cuda:0</c>.</param>
    /// <param name="reason">What happened.</param>
    /// <param name="innerException">What the device's library threw; null where a result was wrong.</param>
    public DeviceFailedException(string device, string reason, Exception? innerException = null)
        : base($"Device {device} failed: {reason}", innerException) => Device = device;

    /// <summary>The device.</summary>
    public string Device { get; }
}
