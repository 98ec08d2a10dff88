using System.Diagnostics;

namespace ResPrune.Cluster.Tests.Hosting;

/// <summary>Polling with a deadline that says what it saw last.</summary>
internal static class Eventually
{
    private static readonly TimeSpan Deadline = TimeSpan.FromSeconds(60);

    public static async Task HoldsAsync(Func<Task<bool>> condition, Func<string> state)
    {
        var watch = Stopwatch.StartNew();
        while (!await condition())
        {
            if (watch.Elapsed > Deadline) Assert.Fail($"Not reached within {Deadline}: {state()}");
            await Task.Delay(20);
        }
    }

    public static Task HoldsAsync(Func<bool> condition, Func<string> state) => HoldsAsync(() => Task.FromResult(condition()), state);
}
