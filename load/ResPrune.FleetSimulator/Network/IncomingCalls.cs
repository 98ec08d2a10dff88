using ResPrune.FleetSimulator.Machines;

namespace ResPrune.FleetSimulator.Network;

/// <summary>Calls that a machine's grains are asked: each costs its grain the stated time, one after another.</summary>
internal sealed class IncomingCalls(Machine machine) : IIncomingGrainCallFilter
{
    /// <inheritdoc/>
    public async Task Invoke(IIncomingGrainCallContext context)
    {
        if (RequestContext.Get(OutgoingCalls.NumberKey) is not long number)
        {
            await context.Invoke();
            return;
        }

        var calls = machine.World.Calls;
        calls.Begun(number, context.TargetId);
        try
        {
            await machine.World.Turns.TakeAsync(context.TargetId);
            await context.Invoke();
        }
        finally
        {
            calls.Done(number);
        }
    }
}
