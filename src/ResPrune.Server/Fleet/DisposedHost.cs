using Microsoft.Extensions.Hosting;

namespace ResPrune.Server.Fleet;

/// <summary>A host among parts that are disposed asynchronously.</summary>
internal sealed class DisposedHost(IHost host) : IAsyncDisposable
{
    /// <inheritdoc/>
    public ValueTask DisposeAsync()
    {
        host.Dispose();
        return ValueTask.CompletedTask;
    }
}
