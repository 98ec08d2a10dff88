using ResPrune.Inference.Models.Qwen25VL;

namespace ResPrune.Inference.Tests.Models.Qwen25VL;

public sealed class WindowPartitionTests
{
    [Theory]
    [InlineData(2, new[] { 3, 5 })]
    [InlineData(4, new[] { 3, 3 })]
    [InlineData(4, new[] { 8, 4 })]
    [InlineData(3, new[] { 7, 2, 1, 9, 7, 2 })]
    [InlineData(1, new[] { 2, 2, 3, 1 })]
    public void UnitsShareAWindowExactlyWhenTheirCellsOfThePictureAreTheSame(int side, int[] sizes)
    {
        PatchGrid[] grids = [.. sizes.Chunk(2).Select(size => new PatchGrid(size[0], size[1]))];
        var partition = WindowPartition.Create(grids, side);
        (int Picture, int Row, int Column)[] cells =
        [
            .. grids.SelectMany((grid, picture) => Enumerable.Range(0, grid.Patches)
                .Select(unit => (picture, unit / grid.Columns / side, unit % grid.Columns / side))),
        ];
        Assert.Equal(Enumerable.Range(0, cells.Length), partition.Order.Order());

        var groups = Groups(partition.Windows).Select(range => partition.Order.Take(range).Select(unit => cells[unit]).Distinct());
        Assert.Equal(cells.Distinct().Order(), groups.Select(Assert.Single).Order());
    }

    [Theory]
    [InlineData(2, new[] { 3, 5 })]
    [InlineData(3, new[] { 7, 2, 1, 9, 7, 2 })]
    public void PicturesCanBePutTogetherAndTakenApart(int side, int[] sizes)
    {
        PatchGrid[] grids = [.. sizes.Chunk(2).Select(size => new PatchGrid(size[0], size[1]))];
        var partition = WindowPartition.Create(grids, side);
        int[] owners = [.. grids.SelectMany((grid, picture) => Enumerable.Repeat(picture, grid.Patches))];
        int[] computed = [.. partition.Order];
        Assert.Equal(Enumerable.Range(0, owners.Length), partition.Inverse.Select(place => computed[place]));
        if (grids.Length == 1)
        {
            Assert.Null(partition.PictureOrder);
            return;
        }

        int[] whole = [.. partition.PictureOrder!.Select(place => computed[place])];
        Assert.Equal(computed, partition.PictureInverse!.Select(place => whole[place]));
        Assert.All(Groups(partition.Pictures), range => Assert.Single(whole.Take(range).Select(unit => owners[unit]).Distinct()));
        Assert.Equal(grids.Length, Groups(partition.Pictures).Count());
    }

    private static IEnumerable<Range> Groups(IEnumerable<AttentionRun> runs)
    {
        var start = 0;
        foreach (var length in runs.SelectMany(run => Enumerable.Repeat(run.Length, run.Groups))) yield return start..(start += length);
    }
}
