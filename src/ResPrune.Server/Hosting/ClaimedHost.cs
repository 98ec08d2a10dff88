using Microsoft.Extensions.Hosting;

namespace ResPrune.Server.Hosting;

/// <summary>A host that holds its ports until it is disposed.</summary>
internal sealed class ClaimedHost(IHost host, IDisposable ports) : IHost
{
    /// <inheritdoc/>
    public IServiceProvider Services => host.Services;

    /// <inheritdoc/>
    public Task StartAsync(CancellationToken cancellationToken = default) => host.StartAsync(cancellationToken);

    /// <inheritdoc/>
    public Task StopAsync(CancellationToken cancellationToken = default) => host.StopAsync(cancellationToken);

    /// <inheritdoc/>
    public void Dispose()
    {
        host.Dispose();
        ports.Dispose();
    }
}
