using ResPrune.FleetSimulator.Clock;
using ResPrune.FleetSimulator.Drawing;
using ResPrune.FleetSimulator.Machines;

namespace ResPrune.FleetSimulator.Running;

/// <summary>
/// Takes worker silos away by chance, and puts others in their place: at the drawn moment the machine is gone, some seconds later the cluster
/// knows it, some minutes later a new silo starts under a new name.
/// </summary>
internal sealed class Preemption(World world, SimulatedFleet fleet, ClockHand hand)
{
    private readonly Draws _draws = new(world.Options.Seed);
    private int _lost;
    private int _replaced;

    /// <summary>Silos that were lost.</summary>
    public int Lost => _lost;

    /// <summary>Silos that were started in place of others.</summary>
    public int Replaced => _replaced;

    /// <summary>Goes on until cancelled, and until what had begun by then has come to its end.</summary>
    public async Task RunAsync(CancellationToken cancellationToken)
    {
        var options = world.Options;
        var running = Enumerable.Range(options.Control, options.Silos).ToList();
        var replacements = new List<Task>();
        try
        {
            while (options.LostPerHour > 0)
            {
                await world.Time.WaitAsync(_draws.Until(options.LostPerHour * options.Silos), cancellationToken);
                lock (running)
                {
                    if (running.Count == 0) continue;
                    var victim = running[(int)(_draws.Share() * running.Count)];
                    running.Remove(victim);
                    replacements.Add(ReplaceAsync(victim, running, cancellationToken));
                }
            }
        }
        catch (OperationCanceledException)
        {
            // The batch has ended.
        }

        await Task.WhenAll(replacements);
    }

    private async Task ReplaceAsync(int victim, List<int> running, CancellationToken cancellationToken)
    {
        var (detection, replacement) = (_draws.Of(world.Options.Detection), _draws.Of(world.Options.Replacement));
        fleet.MachineOf(victim).Kill();
        Interlocked.Increment(ref _lost);
        try
        {
            await world.Time.WaitAsync(detection, cancellationToken);
            await OutsideAsync(() => fleet.DeclareDeadAsync(victim));
            await world.Time.WaitAsync(replacement > detection ? replacement - detection : TimeSpan.Zero, cancellationToken);
            await OutsideAsync(async () =>
            {
                var another = await fleet.StartAnotherAsync();
                lock (running) running.Add(another);
            });
            Interlocked.Increment(ref _replaced);
        }
        catch (OperationCanceledException)
        {
            // The batch has ended meanwhile.
        }
    }

    /// <summary>What happens to processes takes real time and no simulated time.</summary>
    private async Task OutsideAsync(Func<Task> action)
    {
        hand.Hold();
        try
        {
            await action();
        }
        finally
        {
            hand.Release();
        }
    }
}
