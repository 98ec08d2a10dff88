using System.Reflection;

namespace ResPrune.Server.Tests.Health;

/// <summary>A store that nothing reaches, whatever is asked of it.</summary>
public class UnreachableStore : DispatchProxy
{
    /// <inheritdoc/>
    protected override object Invoke(MethodInfo? targetMethod, object?[]? args) => throw new IOException("no route to host");
}
