using ResPrune.Batch.Batches;

namespace ResPrune.Cluster.Wire;

/// <summary>Lets <see cref="AttemptId"/> travel in grain messages.</summary>
[RegisterConverter]
internal sealed class AttemptIdConverter : IConverter<AttemptId, AttemptIdSurrogate>
{
    /// <inheritdoc/>
    public AttemptId ConvertFromSurrogate(in AttemptIdSurrogate surrogate) => AttemptId.Parse(surrogate.Value);

    /// <inheritdoc/>
    public AttemptIdSurrogate ConvertToSurrogate(in AttemptId value) => new() { Value = value.Value };
}
