using TorchSharp;

namespace ResPrune.Inference.Engine;

/// <summary>
/// How many threads torch may use on a CPU. The number is the process's, not an engine's: the first engine that is loaded decides it, by its
/// option or else by its model, and the later ones take it as it is. Each device thread sets it for itself besides, since OpenMP keeps it by
/// thread. torch's other pool (inter-op) would only be used by graphs that fork; it is cut to one thread at the same time.
/// </summary>
internal static class TorchThreads
{
    private static readonly Lock Decision = new();
    private static int? _decided;

    /// <summary>Sets the process's number for the calling thread, and decides it where no engine has.</summary>
    /// <param name="wanted">What this engine would decide.</param>
    /// <returns>The process's number.</returns>
    public static int Use(int wanted)
    {
        lock (Decision)
        {
            if (_decided is null)
            {
                torch.set_num_interop_threads(1); // Once a process, before anything ran on that pool: a second time is an error.
                _decided = wanted;
            }

            torch.set_num_threads(_decided.Value);
            return _decided.Value;
        }
    }
}
