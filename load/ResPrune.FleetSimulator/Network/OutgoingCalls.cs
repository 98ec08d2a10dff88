using ResPrune.FleetSimulator.Machines;

namespace ResPrune.FleetSimulator.Network;

/// <summary>Calls that a machine sends: each takes the network's time there and back, and none leaves a machine that is gone.</summary>
internal sealed class OutgoingCalls(Machine machine) : IOutgoingGrainCallFilter
{
    /// <summary>Under which a call's number travels with it.</summary>
    public const string NumberKey = "fleet-simulator.call";

    /// <inheritdoc/>
    public async Task Invoke(IOutgoingGrainCallContext context)
    {
        if (!IsOurs(context.InterfaceMethod?.DeclaringType))
        {
            await context.Invoke();
            return;
        }

        var world = machine.World;
        using var waiting = world.Calls.Waiting(context.SourceId);
        await machine.TravelAsync(context.TargetId);
        var number = world.Calls.Sent(context.TargetId, context.InterfaceMethod!.Name);
        RequestContext.Set(NumberKey, number);
        try
        {
            await context.Invoke();
        }
        finally
        {
            world.Calls.Returned(number);
            RequestContext.Remove(NumberKey);
        }

        await machine.TravelAsync(context.TargetId);
    }

    private static bool IsOurs(Type? type) => type?.Namespace?.StartsWith("ResPrune.", StringComparison.Ordinal) == true;
}
