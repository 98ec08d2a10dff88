using System.Buffers.Binary;
using System.Text.Json.Nodes;
using ResPrune.TinyModel.Export;

namespace ResPrune.Chaos.Scenarios;

/// <summary>
/// A second model: the bundled one that takes red for blue. Its answers are as sure as those of the first, so the same every time, and other ones
/// wherever a colour is asked for.
/// </summary>
internal static class OtherModel
{
    /// <summary>Its name.</summary>
    public const string Name = "resprune-tiny-swapped";

    private const string Weights = "model.safetensors";
    private const string Patches = "vision_tower.vision_model.embeddings.patch_embedding.weight";

    /// <summary>Makes its folder; returns the path.</summary>
    /// <param name="parent">Folder that it is made in.</param>
    public static string Create(string parent)
    {
        var folder = Directory.CreateDirectory(Path.Combine(parent, Name)).FullName;
        foreach (var file in Directory.GetFiles(BundledModel.Directory)) File.Copy(file, Path.Combine(folder, Path.GetFileName(file)));
        var path = Path.Combine(folder, Weights);
        var bytes = File.ReadAllBytes(path);
        SwapColours(bytes);
        File.WriteAllBytes(path, bytes);
        return folder;
    }

    // [channels out, red green blue, height, width], as safetensors has it: the length of the header, the header, the tensors.
    private static void SwapColours(byte[] file)
    {
        var header = (int)BinaryPrimitives.ReadInt64LittleEndian(file);
        var tensor = JsonNode.Parse(file.AsSpan(sizeof(long), header))![Patches]!;
        var shape = tensor["shape"]!.AsArray().Select(size => size!.GetValue<int>()).ToArray();
        var (begin, end) = (tensor["data_offsets"]![0]!.GetValue<int>(), tensor["data_offsets"]![1]!.GetValue<int>());
        var colour = (end - begin) / (shape[0] * shape[1]);
        for (var channel = 0; channel < shape[0]; channel++)
        {
            var patch = file.AsSpan(sizeof(long) + header + begin + (channel * shape[1] * colour), shape[1] * colour);
            var red = patch[..colour].ToArray();
            patch[^colour..].CopyTo(patch);
            red.CopyTo(patch[^colour..]);
        }
    }
}
