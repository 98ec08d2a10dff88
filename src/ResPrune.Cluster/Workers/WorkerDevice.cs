using ResPrune.Inference.Engine;

namespace ResPrune.Cluster.Workers;

/// <summary>A device of this silo and the engine that owns it. Register one for each worker; a silo without any runs grains only.</summary>
/// <param name="Name">Name of the device in the worker's key, without slashes, for example <c>cpu</c> or <c>cuda:0</c>.</param>
/// <param name="Engine">The engine, perhaps still loading. Whoever made it disposes it, after the silo has stopped.</param>
public sealed record WorkerDevice(string Name, Task<IVisionLanguageEngine> Engine);
