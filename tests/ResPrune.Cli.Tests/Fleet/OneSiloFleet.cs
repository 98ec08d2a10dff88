namespace ResPrune.Cli.Tests.Fleet;

/// <summary>A fleet of one silo that runs everything.</summary>
public sealed class OneSiloFleet : IAsyncLifetime, IDisposable
{
    private readonly TestFleet _fleet = new();

    internal TestFleet Fleet => _fleet;

    public async Task InitializeAsync()
    {
        _fleet.Pictures(4);
        await TestFleet.AreUpAsync(_fleet.Start("all", "only"));
    }

    public Task DisposeAsync() => Task.CompletedTask;

    public void Dispose() => _fleet.Dispose();
}
