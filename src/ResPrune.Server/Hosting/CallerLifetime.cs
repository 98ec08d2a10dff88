using Microsoft.Extensions.Hosting;

namespace ResPrune.Server.Hosting;

/// <summary>Leaves Ctrl-C and SIGTERM to the program around the host: it decides what to finish and with which code to exit.</summary>
internal sealed class CallerLifetime : IHostLifetime
{
    /// <inheritdoc/>
    public Task WaitForStartAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    /// <inheritdoc/>
    public Task StopAsync(CancellationToken cancellationToken) => Task.CompletedTask;
}
