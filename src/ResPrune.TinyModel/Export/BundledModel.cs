namespace ResPrune.TinyModel.Export;

/// <summary>The model that comes with the product.</summary>
public static class BundledModel
{
    /// <summary>Its name.</summary>
    public const string Name = "resprune-tiny";

    /// <summary>Its folder, beside the running program: every project that references this one gets a copy in its output.</summary>
    public static string Directory { get; } = Path.Combine(AppContext.BaseDirectory, "models", Name);

    /// <summary>The sample pictures.</summary>
    public static string SamplesDirectory { get; } = Path.Combine(Directory, "samples");
}
