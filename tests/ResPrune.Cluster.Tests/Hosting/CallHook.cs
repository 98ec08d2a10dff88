namespace ResPrune.Cluster.Tests.Hosting;

/// <summary>Something that happens when a grain has carried out a call, before the caller hears of it.</summary>
internal sealed class CallHook(string method, Action<IIncomingGrainCallContext> after) : IIncomingGrainCallFilter
{
    private int _calls;

    /// <summary>How often the method was carried out.</summary>
    public int Calls => Volatile.Read(ref _calls);

    /// <inheritdoc/>
    public async Task Invoke(IIncomingGrainCallContext context)
    {
        await context.Invoke();
        if (context.MethodName != method) return;
        Interlocked.Increment(ref _calls);
        after(context);
    }
}
