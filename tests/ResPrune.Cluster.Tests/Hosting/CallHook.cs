namespace ResPrune.Cluster.Tests.Hosting;

/// <summary>Counts the calls of a grain method, and may do something else with them.</summary>
/// <param name="method">The method.</param>
/// <param name="handle">Carries out the call, or not; null carries it out.</param>
internal sealed class CallHook(string method, Func<IIncomingGrainCallContext, Task>? handle = null) : IIncomingGrainCallFilter
{
    private int _calls;

    /// <summary>How often the method was called and has answered.</summary>
    public int Calls => Volatile.Read(ref _calls);

    /// <inheritdoc/>
    public async Task Invoke(IIncomingGrainCallContext context)
    {
        var isConcerned = context.MethodName == method;
        await (isConcerned && handle is not null ? handle(context) : context.Invoke());
        if (isConcerned) Interlocked.Increment(ref _calls);
    }
}
